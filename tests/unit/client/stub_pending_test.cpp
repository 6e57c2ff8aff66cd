// The non-blocking form.
#include "kept_calls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <poll.h>

#include <sys/socket.h>
#include <sys/un.h>

#include <thread>

using namespace tokenward::test;
using testing::HasSubstr;

namespace {

using pending_ptr = std::unique_ptr<tokenward_pending, decltype(&tokenward_pending_free)>;

pending_ptr start_get(const client_ptr& client, int deadline_ms = 0) {
    tokenward_pending* pending = nullptr;
    tokenward_get_options options = TOKENWARD_GET_OPTIONS_INIT;
    options.deadline_ms = deadline_ms;
    EXPECT_EQ(tokenward_start_get(client.get(), "ci", "eu-de", &options, &pending), tokenward_ok);
    return {pending, tokenward_pending_free};
}

/// Waits as an event loop would. Returns how many steps it took, and the end in `error`.
int run(const pending_ptr& pending, int& error) {
    int steps = 1;
    while ((error = tokenward_pending_advance(pending.get())) == tokenward_again) {
        pollfd entry{tokenward_pending_fd(pending.get()),
                     static_cast<short>(tokenward_pending_events(pending.get())), 0};
        poll(&entry, 1, tokenward_pending_timeout(pending.get()));
        ++steps;
    }
    return steps;
}

} // namespace

TEST(StubPending, AGetGivesItsTokenOnce) {
    fake_daemon daemon({token_answer("one")});
    auto client = open_client(daemon.path());
    auto pending = start_get(client);
    EXPECT_EQ(tokenward_pending_fd(pending.get()), -1);
    EXPECT_EQ(tokenward_pending_timeout(pending.get()), 0);
    EXPECT_EQ(tokenward_pending_advance(pending.get()), tokenward_again);
    EXPECT_GE(tokenward_pending_fd(pending.get()), 0);
    EXPECT_EQ(tokenward_pending_events(pending.get()), POLLIN);
    EXPECT_GT(tokenward_pending_timeout(pending.get()), 30000);
    int error = 0;
    run(pending, error);
    ASSERT_EQ(error, tokenward_ok) << detail_of(client);
    token_ptr token(tokenward_pending_token(pending.get()), tokenward_token_free);
    EXPECT_STREQ(token->token, "one");
    EXPECT_EQ(tokenward_pending_token(pending.get()), nullptr);
    EXPECT_EQ(tokenward_pending_advance(pending.get()), tokenward_ok);
}

TEST(StubPending, NoStepWaitsAndManyStepsAreAsGoodAsOne) {
    answer pieces;
    for (char c : token_answer("pieces")) pieces.push_back(std::string(1, c));
    fake_daemon daemon({connection_script{{pieces}}});
    auto client = open_client(daemon.path());
    auto pending = start_get(client);
    int error = 0;
    EXPECT_GT(run(pending, error), 100);
    EXPECT_EQ(error, tokenward_ok);
}

TEST(StubPending, TheDeadlineIsATimeoutOfTheLoop) {
    fake_daemon daemon({no_answer});
    auto client = open_client(daemon.path());
    auto pending = start_get(client, 30);
    int error = 0;
    run(pending, error);
    EXPECT_EQ(error, tokenward_error_deadline);
    EXPECT_THAT(detail_of(client), HasSubstr("did not answer in time"));
    EXPECT_EQ(tokenward_pending_fd(pending.get()), -1);
}

TEST(StubPending, AFullBacklogIsTriedAgainByTime) {
    tokenward::support::temp_dir folder;
    std::string path = folder / "socket";
    auto listener = listen_at(path, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    std::vector<tokenward::support::unique_fd> waiting;
    do waiting.emplace_back(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    while (connect(waiting.back().get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    auto client = open_client(path);
    auto pending = start_get(client, 30000);
    EXPECT_EQ(tokenward_pending_advance(pending.get()), tokenward_again);
    EXPECT_EQ(tokenward_pending_fd(pending.get()), -1);
    EXPECT_LE(tokenward_pending_timeout(pending.get()), 200);
    waiting.clear();
    // Room again: those who waited are taken off, and the call's connection comes with its request.
    std::thread server([&] {
        for (char first = 0; first != 'G';) {
            tokenward::support::unique_fd fd(accept(listener.get(), nullptr, nullptr));
            if (recv(fd.get(), &first, 1, 0) <= 0) continue;
            std::string bytes = token_answer("at-last");
            send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            char rest[4096];
            while (recv(fd.get(), rest, sizeof rest, 0) > 0) {
            }
        }
    });
    int error = 0;
    run(pending, error);
    EXPECT_EQ(error, tokenward_ok) << detail_of(client);
    pending.reset();
    client.reset(); // hangs up
    server.join();
}

TEST(StubPending, AReportGivesItsVerdict) {
    fake_daemon daemon(
        {json_answer(R"({"verdict":"already_replaced","fingerprint":"sha256:2222222222222222"})")});
    auto client = open_client(daemon.path());
    tokenward_pending* started = nullptr;
    ASSERT_EQ(tokenward_start_report(client.get(), "ci", "eu-de", "sha256:1111111111111111", 401, "no", 2, 0,
                                     &started),
              tokenward_ok);
    pending_ptr pending(started, tokenward_pending_free);
    int error = 0;
    run(pending, error);
    ASSERT_EQ(error, tokenward_ok) << detail_of(client);
    char current[TOKENWARD_FINGERPRINT_SIZE];
    EXPECT_EQ(tokenward_pending_verdict(pending.get(), current), tokenward_verdict_already_replaced);
    EXPECT_STREQ(current, "sha256:2222222222222222");
    EXPECT_THAT(daemon.requests().at(0), HasSubstr("\"body\":\"no\""));
}

TEST(StubPending, AWatchOfADaemonThatCannotHoldAnAnswerDoesNotSpin) {
    fake_daemon daemon({"HTTP/1.1 304 x\r\n\r\n", token_answer("new")});
    auto client = open_client(daemon.path());
    tokenward_pending* started = nullptr;
    ASSERT_EQ(tokenward_start_watch(client.get(), "ci", "eu-de", "sha256:1111111111111111", 20, 0, &started),
              tokenward_ok);
    pending_ptr pending(started, tokenward_pending_free);
    int error = 0;
    EXPECT_LE(run(pending, error), 6);
    EXPECT_EQ(error, tokenward_ok) << detail_of(client);
    token_ptr token(tokenward_pending_token(pending.get()), tokenward_token_free);
    ASSERT_NE(token, nullptr);
    EXPECT_STREQ(token->token, "new");
}

TEST(StubPending, ACallThatIsGivenUpLeavesNoAnswerToTheNext) {
    fake_daemon daemon({then_stay({no_answer}), then_stay({token_answer("right")})});
    auto client = open_client(daemon.path());
    auto pending = start_get(client);
    EXPECT_EQ(tokenward_pending_advance(pending.get()), tokenward_again);
    pending.reset();
    EXPECT_STREQ(get_token(client).token->token, "right");
}
