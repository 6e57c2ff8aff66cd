// The public functions of libtokenward, and what they put on the wire.
#include "client/tokenward.h"
#include "client/tokenward.hpp"
#include "common/errors.h"
#include "fake_daemon.hpp"
#include "stub_calls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace tokenward::test;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

TEST(Stub, TokenComesWithAllThatIsKnownOfIt) {
    fake_daemon daemon({token_answer()});
    auto client = open_client(daemon.path());
    auto [error, token] = get_token(client);
    ASSERT_EQ(error, tokenward_ok) << detail_of(client);
    EXPECT_STREQ(token->token, "gAAAA-token");
    EXPECT_EQ(token->token_size, 11u);
    EXPECT_STREQ(token->fingerprint, "sha256:9f86d081884c7d65");
    EXPECT_STREQ(token->identity, "ci");
    EXPECT_STREQ(token->scope, "eu-de");
    EXPECT_STREQ(token->issued_at, "2026-01-01T00:00:00Z");
    EXPECT_STREQ(token->expires_at, "2026-01-02T00:00:00Z");
    EXPECT_EQ(token->expires_in, 71999);
    EXPECT_EQ(std::string(token->document, token->document_size), token_document());
    EXPECT_EQ(tokenward_last_problem(client.get())->error, tokenward_ok);
    EXPECT_EQ(daemon.requests().at(0),
              "GET /v1/tokens/ci/eu-de HTTP/1.1\r\nHost: tokenward\r\nAccept: application/json\r\n\r\n");
}

TEST(Stub, SegmentsOfThePathArePercentEncoded) {
    fake_daemon daemon({token_answer()});
    auto client = open_client(daemon.path());
    get_token(client, "project:a/b ?%\r\n\u00e9");
    EXPECT_THAT(daemon.requests().at(0),
                StartsWith("GET /v1/tokens/ci/project%3Aa%2Fb%20%3F%25%0D%0A%C3%A9 HTTP/1.1\r\n"));
}

TEST(Stub, OptionsBecomeTheQuery) {
    fake_daemon daemon({token_answer(), token_answer(), token_answer(), token_answer()});
    auto client = open_client(daemon.path());
    tokenward_get_options options = TOKENWARD_GET_OPTIONS_INIT;
    options.min_ttl = 600;
    get_token(client, "a", &options);
    options.deadline_ms = 2001;
    get_token(client, "a", &options);
    options.min_ttl = 0;
    options.max_wait = 0;
    get_token(client, "a", &options);
    options.size = offsetof(tokenward_get_options, max_wait); // of an older caller, who knew min_ttl only
    get_token(client, "a", &options);
    auto requests = daemon.requests();
    EXPECT_THAT(requests.at(0), StartsWith("GET /v1/tokens/ci/a?min_ttl=600 HTTP"));
    EXPECT_THAT(requests.at(1), StartsWith("GET /v1/tokens/ci/a?min_ttl=600&max_wait=3 HTTP"));
    EXPECT_THAT(requests.at(2), StartsWith("GET /v1/tokens/ci/a?max_wait=0 HTTP"));
    EXPECT_THAT(requests.at(3), StartsWith("GET /v1/tokens/ci/a HTTP"));
}

TEST(Stub, ErrorsOfTheDaemonComeWithItsWords) {
    fake_daemon daemon(
        {problem_answer(503, "iam_unavailable", R"(,"detail":"no route","retry_after":7,"new":[1])"),
         problem_answer(418, "brand_new"), problem_answer(403, "denied")});
    auto client = open_client(daemon.path());
    const tokenward_problem* problem = tokenward_last_problem(client.get());
    EXPECT_EQ(get_token(client).error, tokenward_error_iam_unavailable);
    EXPECT_EQ(problem->http_status, 503);
    EXPECT_EQ(problem->retry_after, 7);
    EXPECT_STREQ(problem->title, "a title");
    EXPECT_STREQ(problem->detail, "no route");
    EXPECT_EQ(get_token(client).error, tokenward_error_other);
    EXPECT_EQ(problem->http_status, 418);
    EXPECT_EQ(problem->retry_after, -1);
    EXPECT_STREQ(problem->detail, "");
    EXPECT_EQ(get_token(client).error, tokenward_error_denied);
}

TEST(Stub, EveryErrorHasItsNameAndLine) {
#define X(code, http_status, exit_status, title)                                                             \
    EXPECT_STREQ(tokenward_error_name(tokenward_error_##code), #code);                                       \
    EXPECT_STREQ(tokenward_strerror(tokenward_error_##code), title);
    TOKENWARD_ERRORS(X)
#undef X
    for (int error = tokenward_error_no_daemon; error < tokenward_error_other; ++error)
        EXPECT_STRNE(tokenward_error_name(error), "other") << error;
    EXPECT_STREQ(tokenward_error_name(12345), "other");
    EXPECT_STREQ(tokenward_error_name(0), "ok");
}

TEST(Stub, RenewSendsAPostAndMayDropTheToken) {
    fake_daemon daemon({token_answer("new"), token_answer("new")});
    auto client = open_client(daemon.path());
    tokenward_token* token = nullptr;
    ASSERT_EQ(tokenward_renew(client.get(), "ci", "eu-de", 0, &token), tokenward_ok);
    EXPECT_STREQ(token->token, "new");
    tokenward_token_free(token);
    EXPECT_EQ(tokenward_renew(client.get(), "ci", "eu-de", 0, nullptr), tokenward_ok);
    EXPECT_THAT(daemon.requests().at(0), StartsWith("POST /v1/tokens/ci/eu-de/renew HTTP/1.1\r\n"));
}

TEST(Stub, ReportSendsWhatTheServiceSaidAsItCame) {
    fake_daemon daemon(
        {json_answer(R"({"verdict":"invalidated","fingerprint":null})"),
         json_answer(R"({"verdict":"already_replaced","fingerprint":"sha256:1111111111111111"})"),
         json_answer(R"({"verdict":"a_new_one"})"), json_answer(R"({"fingerprint":null})")});
    auto client = open_client(daemon.path());
    int verdict = -1;
    char current[TOKENWARD_FINGERPRINT_SIZE] = "x";
    const auto report = [&](const std::string& body) {
        return tokenward_report(client.get(), "ci", "eu-de", "sha256:9f86d081884c7d65", 401, body.data(),
                                body.size(), 0, &verdict, current);
    };
    EXPECT_EQ(report("{\"error\":\"no\"}\xff"), tokenward_ok);
    EXPECT_EQ(verdict, tokenward_verdict_invalidated);
    EXPECT_STREQ(current, "");
    EXPECT_THAT(daemon.requests().at(0), StartsWith("POST /v1/tokens/ci/eu-de/report HTTP/1.1\r\n"));
    EXPECT_THAT(daemon.requests().at(0),
                EndsWith("\r\n\r\n{\"fingerprint\":\"sha256:9f86d081884c7d65\",\"status\":401,\"body\":\"{"
                         "\\\"error\\\":\\\"no\\\"}\uFFFD\"}"));
    EXPECT_EQ(report(std::string(1 << 20, '\1')), tokenward_ok);
    EXPECT_EQ(verdict, tokenward_verdict_already_replaced);
    EXPECT_STREQ(current, "sha256:1111111111111111");
    EXPECT_LT(daemon.requests().at(1).size(), 60000u);
    EXPECT_EQ(report(""), tokenward_ok);
    EXPECT_EQ(verdict, tokenward_verdict_other);
    EXPECT_EQ(report(""), tokenward_error_protocol);
}

TEST(Stub, InvalidateNamesTheTokenThatItMeans) {
    const std::string gone = "HTTP/1.1 204 No Content\r\n\r\n";
    fake_daemon daemon({gone, gone, problem_answer(412, "precondition_failed")});
    auto client = open_client(daemon.path());
    EXPECT_EQ(tokenward_invalidate(client.get(), "ci", "eu-de", nullptr, 0), tokenward_ok);
    EXPECT_EQ(tokenward_invalidate(client.get(), "ci", "eu-de", "sha256:1", 0), tokenward_ok);
    EXPECT_EQ(tokenward_invalidate(client.get(), "ci", "eu-de", "sha256:2", 0),
              tokenward_error_precondition_failed);
    EXPECT_EQ(daemon.requests().at(0).find("If-Match"), std::string::npos);
    EXPECT_THAT(daemon.requests().at(1), StartsWith("DELETE /v1/tokens/ci/eu-de HTTP/1.1\r\n"));
    EXPECT_THAT(daemon.requests().at(1), HasSubstr("\r\nIf-Match: \"sha256:1\"\r\n"));
}

TEST(Stub, WrongArgumentsAreRefusedBeforeAnythingIsSent) {
    auto client = open_client("/nonexistent/socket"); // would be no_daemon
    EXPECT_EQ(get_token(client, "").error, tokenward_error_invalid_argument);
    EXPECT_EQ(tokenward_get(client.get(), nullptr, "a", nullptr, nullptr), tokenward_error_invalid_argument);
    for (const char* bad : {"", "a\r\nX: y", "a\"b", "\xc3\xa9",
                            "0123456789012345678901234567890123456789012345678901234567890123"})
        EXPECT_EQ(tokenward_invalidate(client.get(), "ci", "a", bad, 0), tokenward_error_invalid_argument)
            << bad;
    tokenward_client* none = nullptr;
    EXPECT_EQ(tokenward_open(std::string(108, '/').c_str(), &none), tokenward_error_invalid_argument);
    EXPECT_EQ(none, nullptr);
}

TEST(StubRequest, SendsItAndGivesTheBody) {
    fake_daemon daemon({"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
                        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n"});
    auto client = open_client(daemon.path());
    char* text = nullptr;
    ASSERT_EQ(tokenward_request(client.get(), "GET", "/v1/status?a=%20", nullptr, 0, &text), tokenward_ok);
    EXPECT_STREQ(text, "{}");
    tokenward_free_text(text);
    ASSERT_EQ(tokenward_request(client.get(), "GET", "/v1/none", nullptr, 0, &text), tokenward_ok);
    EXPECT_STREQ(text, "");
    tokenward_free_text(text);
    ASSERT_EQ(tokenward_request(client.get(), "POST", "/v1/log-level", "{\"level\":\"info\"}", 0, nullptr),
              tokenward_ok);
    auto requests = daemon.requests();
    EXPECT_THAT(requests.at(0), StartsWith("GET /v1/status?a=%20 HTTP/1.1\r\nHost: tokenward\r\n"));
    EXPECT_THAT(requests.at(2), HasSubstr("\r\nContent-Type: application/json\r\nContent-Length: 16\r\n"));
    EXPECT_THAT(requests.at(2), EndsWith("\r\n\r\n{\"level\":\"info\"}"));
}

TEST(StubRequest, AnAnswerThatIsAnErrorLeavesTheTextAsItWas) {
    fake_daemon daemon({problem_answer(404, "not_found")});
    auto client = open_client(daemon.path());
    char* text = nullptr;
    EXPECT_EQ(tokenward_request(client.get(), "GET", "/v9", nullptr, 0, &text), tokenward_error_not_found);
    EXPECT_EQ(text, nullptr);
    EXPECT_EQ(tokenward_last_problem(client.get())->http_status, 404);
}

TEST(StubRequest, AnAnswerWithANulIsNoText) {
    fake_daemon daemon({std::string("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na\0b", 41)});
    auto client = open_client(daemon.path());
    char* text = nullptr;
    EXPECT_EQ(tokenward_request(client.get(), "GET", "/v1/status", nullptr, 0, &text),
              tokenward_error_protocol);
    EXPECT_EQ(text, nullptr);
}

TEST(StubRequest, WhatIsNoMethodOrPathIsNotSent) {
    auto client = open_client("/nonexistent/socket"); // would be no_daemon
    const std::pair<const char*, const char*> wrong[] = {{nullptr, "/v1/status"},
                                                         {"", "/v1/status"},
                                                         {"GET /", "/v1/status"},
                                                         {"GET", nullptr},
                                                         {"GET", ""},
                                                         {"GET", "v1/status"},
                                                         {"GET", "/v1/status\r\nX: y"},
                                                         {"GET", "/a b"},
                                                         {"get", "/v1/status"},
                                                         {"GET", "/v1/st\u00e4"}};
    for (const auto& [method, path] : wrong)
        EXPECT_EQ(tokenward_request(client.get(), method, path, nullptr, 0, nullptr),
                  tokenward_error_invalid_argument);
}

TEST(StubForCpp, ARequestOfAnyKindGivesItsBody) {
    fake_daemon daemon({"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", problem_answer(403, "denied")});
    tokenward::client client(daemon.path());
    EXPECT_EQ(client.request("GET", "/v1/identities"), "[]");
    EXPECT_THROW(client.request("GET", "/v1/identities"), tokenward::error);
}

TEST(StubForCpp, ADeadlineBeyondAllMeasureIsTheLongestThereIs) {
    EXPECT_EQ(tokenward::deadline_ms(tokenward::milliseconds::max()), std::numeric_limits<int>::max());
    EXPECT_EQ(tokenward::deadline_ms(tokenward::milliseconds(-1)), 1); // over already, and not the default
    EXPECT_EQ(tokenward::deadline_ms(std::nullopt), 0);
}

TEST(StubForCpp, AWaitBeyondAllMeasureIsNotAShortOne) {
    tokenward::client client("/nonexistent/socket"); // would be no_daemon
    try {
        client.watch("ci", "eu-de", "sha256:1", std::chrono::seconds((1LL << 32) + 1));
        ADD_FAILURE() << "taken";
    } catch (const tokenward::error& error) {
        EXPECT_EQ(error.code(), tokenward_error_invalid_argument) << error.what();
    }
    EXPECT_EQ(tokenward::in_int(std::chrono::milliseconds((1LL << 32) + 1)), std::numeric_limits<int>::max());
    EXPECT_EQ(tokenward::in_int(std::chrono::milliseconds(-1)), -1); // "as at first"
}
