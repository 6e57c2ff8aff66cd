// The way to the IAM against a stand-in that misbehaves: nothing takes longer than its deadline.
#include "daemon/iam/net/https_client.hpp"

#include "tests/support/iam_standin.hpp"
#include "tests/unit/iam/net/one_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <optional>

namespace tokenward::iam {
namespace {

using namespace std::chrono_literals;
using support::iam_standin;

/// What comes of a login (of nobody: a refusal is an answer too).
http_result ask(const iam_standin& iam, const https_options& options) {
    boost::asio::io_context io;
    https_client client(io.get_executor(), parse_auth_url(iam.auth_url())->where, options);
    std::optional<http_result> answer;
    auto call = [&]() -> boost::asio::awaitable<void> {
        http_request login{.method = "POST", .target = "/v3/auth/tokens", .body = "{}"};
        answer = co_await client.request(std::move(login));
    };
    boost::asio::co_spawn(io, call, boost::asio::detached);
    io.run();
    EXPECT_TRUE(answer.has_value());
    return answer ? std::move(*answer) : http_failure{{errc::internal, "no answer"}};
}

http_request login() {
    return {.method = "POST", .target = "/v3/auth/tokens", .body = "{}"};
}

/// A port at which nobody listens.
std::string nobody() {
    return "http://127.0.0.1:" + std::to_string(support::tcp_listener().port()) + "/v3";
}

} // namespace

TEST(HttpsClient, ALoginThatWasWrittenWholeIsNotSentAgain) {
    iam_standin iam;
    one_client client(iam.auth_url(), {});
    ASSERT_EQ(client.status(), 200U);
    iam.fault(R"({"kind": "reset"})");
    auto lost = client.ask(login());
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().error.code, errc::iam_unavailable);
    EXPECT_TRUE(lost.error().sent);
    EXPECT_NE(lost.error().error.detail.find("the answer was lost"), std::string::npos)
        << lost.error().error.detail;
    EXPECT_EQ(iam.state().requests, 2U);
    EXPECT_EQ(iam.state().connections, 1U);
}

TEST(HttpsClient, AQuestionWhoseAnswerIsLostIsAskedAgain) {
    iam_standin iam;
    one_client client(iam.auth_url(), {});
    ASSERT_EQ(client.status(), 200U);
    iam.fault(R"({"kind": "reset", "path": "other"})");
    EXPECT_EQ(client.status(), 200U) << client.failure().detail;
    EXPECT_EQ(iam.state().requests, 3U);
    iam.fault(R"({"kind": "reset", "path": "other", "count": 2})");
    EXPECT_EQ(client.status(), 0U) << "but once";
    EXPECT_EQ(client.failure().detail.find("the answer was lost"), std::string::npos);
    EXPECT_EQ(iam.state().requests, 5U);
}

TEST(HttpsClient, ALoginGoesOutOnceWhereTheKeptConnectionHasBeenClosed) {
    iam_standin iam;
    one_client client(iam.auth_url(), {});
    ASSERT_EQ(client.status(), 200U);
    iam.down();
    iam.up();
    auto answer = client.ask(login());
    ASSERT_TRUE(answer) << answer.error().error.detail;
    EXPECT_EQ(answer->status, 400U);
    EXPECT_EQ(iam.state().requests, 2U);
}

TEST(HttpsClient, TellsWhatWasNeverSent) {
    https_options o;
    o.look_up = [](const std::string&, const std::string&) {
        return result<endpoints>(problem{errc::iam_unavailable, "no such name"});
    };
    one_client nameless("http://iam.invalid/v3", o);
    one_client refused(nobody(), {});
    for (one_client* client : {&nameless, &refused}) {
        auto answer = client->ask(login());
        ASSERT_FALSE(answer);
        EXPECT_FALSE(answer.error().sent) << answer.error().error.detail;
        EXPECT_EQ(answer.error().error.detail.find("lost"), std::string::npos);
    }
    iam_standin iam;
    iam.fault(R"({"kind": "hang"})");
    one_client hung(iam.auth_url(), {.answer_timeout = 200ms});
    auto answer = hung.ask(login());
    ASSERT_FALSE(answer);
    EXPECT_TRUE(answer.error().sent);
    EXPECT_NE(answer.error().error.detail.find("the answer was lost"), std::string::npos);
}

TEST(HttpsClient, InterimAnswersHaveNoTimeOfTheirOwn) {
    iam_standin iam;
    iam.fault(R"({"kind": "interim", "ms": 60000})");
    auto answer = ask(iam, {.answer_timeout = 300ms});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().error.code, errc::iam_unavailable);
}

TEST(HttpsClient, AsksForNoCompression) {
    iam_standin iam;
    ASSERT_TRUE(ask(iam, {}));
    const std::string state = iam.control("GET", "/control/state");
    EXPECT_NE(state.find("\"identity\""), std::string::npos) << state;
}

TEST(HttpsClient, AnAnswerThatComesByteByByteIsGivenUpAtTheDeadline) {
    iam_standin iam;
    iam.fault(
        R"({"kind": "slow", "interval_ms": 50})"); // every byte well within the deadline, all of them not
    auto answer = ask(iam, {.answer_timeout = 500ms});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().error.code, errc::iam_unavailable);
}

TEST(HttpsClient, AnAnswerThatStopsInItsMidstIsGivenUpAtTheDeadline) {
    iam_standin iam;
    for (const char* after : {"0", "20", "150"}) { // before, in its head, in its body
        iam.fault(R"({"kind": "hang", "after_bytes": )" + std::string(after) + "}");
        auto answer = ask(iam, {.answer_timeout = 200ms});
        ASSERT_FALSE(answer) << after;
        EXPECT_EQ(answer.error().error.code, errc::iam_unavailable) << after;
    }
}

TEST(HttpsClient, AnAnswerWithinTheDeadlineIsTakenWhole) {
    iam_standin iam;
    auto answer = ask(iam, {});
    ASSERT_TRUE(answer) << answer.error().error.detail;
    EXPECT_EQ(answer->status, 400U);
    EXPECT_FALSE(answer->body.empty());
}

TEST(HttpsClient, AFieldThatIsTooLongIsAFaultOfTheIam) {
    iam_standin iam;
    iam.fault(R"({"kind": "huge_header", "kib": 64})"); // within the limit of the head as a whole
    auto answer = ask(iam, {});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().error.code, errc::iam_protocol);
    EXPECT_TRUE(ask(iam, {}));
}

} // namespace tokenward::iam
