// Watching a token, looking up endpoints, and waiting for a daemon that starts.
#include "fake_daemon.hpp"
#include "stub_calls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <csignal>
#include <optional>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace tokenward;
using namespace tokenward::test;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

namespace {

const std::string unchanged = "HTTP/1.1 304 Not Modified\r\n\r\n";
const std::string unchanged_after_wait = "HTTP/1.1 304 x\r\nPreference-Applied: wait=7\r\n\r\n";
constexpr const char* known = "sha256:1111111111111111";

got watch(const client_ptr& client, const char* fingerprint, int wait_s, int deadline_ms = 0) {
    tokenward_token* token = nullptr;
    int error = tokenward_watch(client.get(), "ci", "eu-de", fingerprint, wait_s, deadline_ms, &token);
    return {error, {token, tokenward_token_free}};
}

got get_within(const client_ptr& client, int deadline_ms) {
    tokenward_get_options options = TOKENWARD_GET_OPTIONS_INIT;
    options.deadline_ms = deadline_ms;
    return get_token(client, "eu-de", &options);
}

} // namespace

TEST(StubWatch, AsksForAnAnswerThatIsHeld) {
    fake_daemon daemon({token_answer("new"), unchanged_after_wait, token_answer("first")});
    auto client = open_client(daemon.path());
    EXPECT_STREQ(watch(client, known, 7).token->token, "new");
    got second = watch(client, known, 7);
    EXPECT_EQ(second.error, tokenward_ok);
    EXPECT_EQ(second.token, nullptr);
    EXPECT_STREQ(watch(client, nullptr, 7).token->token, "first");
    auto requests = daemon.requests();
    EXPECT_THAT(requests.at(0), StartsWith("GET /v1/tokens/ci/eu-de HTTP/1.1\r\n"));
    EXPECT_THAT(requests.at(0), HasSubstr("\r\nIf-None-Match: \"sha256:1111111111111111\"\r\n"));
    EXPECT_THAT(requests.at(0), HasSubstr("\r\nPrefer: wait=7\r\n"));
    EXPECT_THAT(requests.at(2), Not(HasSubstr("If-None-Match")));
    EXPECT_THAT(requests.at(2), Not(HasSubstr("Prefer")));
}

TEST(StubWatch, ADaemonThatCannotHoldAnAnswerIsNotAskedInASpin) {
    fake_daemon daemon({unchanged, unchanged, token_answer("new")});
    auto client = open_client(daemon.path());
    auto start = std::chrono::steady_clock::now();
    EXPECT_STREQ(watch(client, known, 10).token->token, "new");
    EXPECT_GE(std::chrono::steady_clock::now() - start, 1990ms);
}

TEST(StubWatch, TheTokenThatIsKnownIsNoChangeEvenIfItIsSentAgain) {
    const std::string again = json_answer(R"({"token":"old","fingerprint":")" + std::string(known) + R"("})");
    fake_daemon daemon({again, again, token_answer("new")});
    auto client = open_client(daemon.path());
    EXPECT_EQ(watch(client, known, 0).token, nullptr);
    auto start = std::chrono::steady_clock::now();
    EXPECT_STREQ(watch(client, known, 10).token->token, "new");
    EXPECT_GE(std::chrono::steady_clock::now() - start, 990ms);
}

TEST(StubWatch, WithoutAWaitAnUnchangedTokenIsSaidAtOnce) {
    fake_daemon daemon({unchanged});
    auto client = open_client(daemon.path());
    EXPECT_EQ(watch(client, known, 0).token, nullptr);
    EXPECT_EQ(daemon.requests().size(), 1u);
}

TEST(StubWatch, WrongArgumentsAreRefusedBeforeAnythingIsSent) {
    auto client = open_client("/nonexistent/socket");
    EXPECT_EQ(watch(client, known, 301).error, tokenward_error_invalid_argument);
    EXPECT_EQ(watch(client, known, -1).error, tokenward_error_invalid_argument);
    EXPECT_EQ(watch(client, "a\"b", 1).error, tokenward_error_invalid_argument);
    EXPECT_EQ(watch(client, known, 1).error, tokenward_error_no_daemon);
}

TEST(StubWatch, AGetInAnotherThreadIsNotHeldUp) {
    // The first connection is the watch's and gets no answer; the second one answers.
    support::temp_dir folder;
    support::unique_fd listener = listen_at(folder / "socket", 4);
    auto client = open_client(folder / "socket");
    got watched{0, {nullptr, tokenward_token_free}}, got_meanwhile{0, {nullptr, tokenward_token_free}};
    std::thread watcher([&] { watched = watch(client, known, 100); });
    std::array<char, 4096> request{};
    support::unique_fd held(accept(listener.get(), nullptr, nullptr));
    ASSERT_GT(recv(held.get(), request.data(), request.size(), 0), 0);
    std::thread getter([&] { got_meanwhile = get_token(client); });
    support::unique_fd quick(accept(listener.get(), nullptr, nullptr));
    ASSERT_GT(recv(quick.get(), request.data(), request.size(), 0), 0);
    std::string answer = problem_answer(403, "denied", R"(,"detail":"of the get")");
    send(quick.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    getter.join();
    EXPECT_EQ(got_meanwhile.error, tokenward_error_denied);
    EXPECT_EQ(detail_of(client), ""); // another thread's problem
    answer = token_answer("new");
    send(held.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    watcher.join();
    EXPECT_STREQ(watched.token->token, "new");
}

TEST(StubEndpoint, IsLookedUpInTheCatalog) {
    fake_daemon daemon({json_answer(R"({"url":"https://ecs.example/v2.1"})"), json_answer(R"({"url":null})"),
                        problem_answer(404, "no_such_resource")});
    auto client = open_client(daemon.path());
    char* url = nullptr;
    const auto look_up = [&](const char* interface, const char* region) {
        return tokenward_endpoint(client.get(), "ci", "eu-de", "com pute", interface, region, 0, &url);
    };
    ASSERT_EQ(look_up("internal", "eu-de"), tokenward_ok) << detail_of(client);
    EXPECT_STREQ(url, "https://ecs.example/v2.1");
    tokenward_free_text(url);
    url = nullptr;
    EXPECT_EQ(look_up(nullptr, nullptr), tokenward_error_protocol);
    EXPECT_EQ(look_up(nullptr, nullptr), tokenward_error_no_such_resource);
    EXPECT_EQ(url, nullptr);
    EXPECT_THAT(
        daemon.requests().at(0),
        StartsWith("GET /v1/endpoints/ci/eu-de?service=com%20pute&interface=internal&region=eu-de HTTP"));
    EXPECT_THAT(daemon.requests().at(1), StartsWith("GET /v1/endpoints/ci/eu-de?service=com%20pute HTTP"));
    EXPECT_EQ(tokenward_endpoint(client.get(), "ci", "eu-de", nullptr, nullptr, nullptr, 0, &url),
              tokenward_error_invalid_argument);
}

TEST(StubStart, ADaemonThatStartsIsWaitedForWithinAGivenDeadline) {
    support::temp_dir folder;
    auto client = open_client(folder / "socket");
    got later{0, {nullptr, tokenward_token_free}};
    std::thread caller([&] { later = get_within(client, 30000); });
    EXPECT_EQ(get_token(client).error, tokenward_error_no_daemon); // no deadline was given: at once
    support::unique_fd listener = listen_at(folder / "socket", 4);
    support::unique_fd connection(accept(listener.get(), nullptr, nullptr));
    std::string answer = token_answer("late");
    send(connection.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    caller.join();
    ASSERT_EQ(later.error, tokenward_ok);
    EXPECT_STREQ(later.token->token, "late");
}

TEST(StubStart, ADaemonThatDoesNotComeIsNamedAtTheEnd) {
    auto client = open_client("/nonexistent/socket");
    EXPECT_EQ(get_within(client, 300).error, tokenward_error_no_daemon);
    tokenward_set_start_wait(client.get(), 0);
    EXPECT_EQ(get_within(client, 3600 * 1000).error, tokenward_error_no_daemon);
    tokenward_set_start_wait(client.get(), 30);
    EXPECT_EQ(get_token(client).error, tokenward_error_no_daemon);
}

TEST(StubStart, ARequestThatARestartSwallowedIsSentAgainWithinAGivenDeadline) {
    fake_daemon daemon({then_hang_up({no_answer}), then_hang_up({no_answer}), then_stay({token_answer()})});
    auto client = open_client(daemon.path());
    EXPECT_EQ(get_within(client, 30000).error, tokenward_ok) << detail_of(client);
    EXPECT_EQ(daemon.requests().size(), 3u);
}

TEST(StubFork, AChildOpensItsOwnConnectionAndDisturbsNotTheParents) {
    fake_daemon daemon({then_stay({token_answer("one"), token_answer("two")})});
    auto client = open_client(daemon.path());
    EXPECT_STREQ(get_token(client).token->token, "one");
    pid_t child = fork();
    if (child == 0) {
        // The daemon serves one connection after the other: the child's has to wait, the parent's goes on.
        int error = get_within(client, 50).error;
        _exit(error == tokenward_error_deadline ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_STREQ(get_token(client).token->token, "two");
}
