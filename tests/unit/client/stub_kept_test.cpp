// Tokens that are kept in the process.
#include "kept_calls.hpp"
#include "tests/support/eventually.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace tokenward::test;
using testing::HasSubstr;
using tokenward::support::eventually;

namespace {

const std::string verdict_gone = json_answer(R"({"verdict":"invalidated","fingerprint":null})");
const std::string verdict_unfounded = json_answer(R"({"verdict":"not_about_the_token","fingerprint":null})");

/// Waits for a request, which comes whole.
void read_request(const tokenward::support::unique_fd& fd) {
    std::string request(4096, '\0');
    EXPECT_GT(recv(fd.get(), request.data(), request.size(), 0), 0);
}

void say(const tokenward::support::unique_fd& fd, const std::string& bytes) {
    send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

void answer_request(const tokenward::support::unique_fd& fd, const std::string& bytes) {
    read_request(fd);
    say(fd, bytes);
}

int report(const client_ptr& client, const std::string& fingerprint) {
    int verdict = -1;
    int error = tokenward_report(client.get(), "ci", "eu-de", fingerprint.c_str(), 401, nullptr, 0, 0,
                                 &verdict, nullptr);
    return error == tokenward_ok ? verdict : -error;
}

} // namespace

TEST(StubKept, TheTokenIsThereAfterTheFirstAnswerAndWatchedFromThenOn) {
    fake_daemon daemon({answer_with("one", '1'), no_answer});
    auto client = open_client(daemon.path());
    auto kept = keep(client);
    ASSERT_EQ(tokenward_kept_wait(kept.get(), 0), tokenward_ok) << detail_of(client);
    std::string fingerprint;
    EXPECT_EQ(read_kept(kept, &fingerprint), "one");
    EXPECT_EQ(fingerprint, "sha256:1111111111111111");
    ASSERT_TRUE(eventually([&] { return daemon.requests().size() == 2; }));
    EXPECT_THAT(daemon.requests().at(1),
                HasSubstr("If-None-Match: \"sha256:1111111111111111\"\r\nPrefer: wait=300\r\n"));
}

TEST(StubKept, ANewTokenTakesThePlaceOfTheOld) {
    fake_daemon daemon({answer_with("one", '1'), answer_with("two", '2'), no_answer});
    auto client = open_client(daemon.path());
    auto kept = keep(client);
    EXPECT_TRUE(eventually([&] { return read_kept(kept) == "two"; }));
}

TEST(StubKept, ATokenEndsWithTheLifeThatItsDaemonNamed) {
    fake_daemon daemon({answer_with("short", '1', 1), no_answer});
    auto client = open_client(daemon.path());
    auto kept = keep(client);
    EXPECT_TRUE(eventually([&] { return read_kept(kept) == "short"; }));
    EXPECT_TRUE(eventually([&] { return read_kept(kept) == "[not_held]"; }));
}

TEST(StubKept, ADaemonThatDoesNotHoldItsAnswersIsNotAskedWithoutPause) {
    const std::string same = answer_with("one", '1', 2);
    fake_daemon daemon({same, same, same, answer_with("two", '2'), no_answer});
    auto client = open_client(daemon.path());
    const auto begun = std::chrono::steady_clock::now();
    auto kept = keep(client);
    EXPECT_TRUE(eventually([&] { return read_kept(kept) == "two"; }));
    EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(300));
}

TEST(StubKept, ALifeBeyondAllMeasureIsNoLifeInThePast) {
    const std::string endless = json_answer(
        R"({"token":"one","fingerprint":"sha256:1111111111111111","expires_in":9223372036854775807})");
    fake_daemon daemon({endless, no_answer});
    auto client = open_client(daemon.path());
    auto kept = keep(client);
    ASSERT_EQ(tokenward_kept_wait(kept.get(), 0), tokenward_ok) << detail_of(client);
    EXPECT_EQ(read_kept(kept), "one");
}

TEST(StubKept, ABufferThatIsTooSmallIsToldHowMuchIsNeeded) {
    fake_daemon daemon({answer_with("abcdefghij", '1'), no_answer});
    auto client = open_client(daemon.path());
    auto kept = keep(client);
    ASSERT_EQ(tokenward_kept_wait(kept.get(), 0), tokenward_ok);
    char buffer[11] = "";
    std::size_t size = 0;
    EXPECT_EQ(tokenward_kept_get(kept.get(), buffer, 10, &size, nullptr), tokenward_error_too_large);
    EXPECT_EQ(size, 10u);
    EXPECT_STREQ(buffer, "");
    EXPECT_EQ(tokenward_kept_get(kept.get(), buffer, 11, nullptr, nullptr), tokenward_ok);
    EXPECT_STREQ(buffer, "abcdefghij");
}

TEST(StubKept, ARefusedTokenIsGoneBeforeTheReportIsAnswered) {
    // The watch has the first connection, the reports the second; the test answers both.
    tokenward::support::temp_dir folder;
    auto listener = listen_at(folder / "socket", 4);
    auto client = open_client(folder / "socket");
    auto kept = keep(client);
    tokenward::support::unique_fd watch(accept(listener.get(), nullptr, nullptr)), reports;
    answer_request(watch, answer_with("one", '1'));
    ASSERT_EQ(tokenward_kept_wait(kept.get(), 0), tokenward_ok);
    read_request(watch); // before that a report might borrow this connection
    for (const std::string& verdict : {verdict_unfounded, verdict_gone}) {
        EXPECT_EQ(read_kept(kept), "one");
        std::thread reporter([&] { report(client, "sha256:1111111111111111"); });
        if (!reports) reports = tokenward::support::unique_fd(accept(listener.get(), nullptr, nullptr));
        EXPECT_TRUE(eventually([&] { return read_kept(kept) == "[not_held]"; }));
        answer_request(reports, verdict);
        reporter.join();
    }
    EXPECT_EQ(read_kept(kept), "[not_held]");
    say(watch, answer_with("one", '1')); // the daemon does not do that
    std::array<pollfd, 2> either{{{watch.get(), POLLIN, 0}, {reports.get(), POLLIN, 0}}};
    ASSERT_GT(poll(either.data(), either.size(), -1), 0); // whichever connection the thread borrows now
    answer_request(either[0].revents != 0 ? watch : reports, answer_with("two", '2'));
    EXPECT_TRUE(eventually([&] { return read_kept(kept) == "two"; }));
}

// The program has got a new token by itself, and has reported it, before the watch is told of it.
class StubKeptReportedEarly : public testing::Test {
  protected:
    void SetUp() override {
        watch = tokenward::support::unique_fd(accept(listener.get(), nullptr, nullptr));
        answer_request(watch, answer_with("one", '1'));
        ASSERT_EQ(tokenward_kept_wait(kept.get(), 0), tokenward_ok);
        read_request(watch); // before that the report might borrow this connection
        reporter = std::thread([&] { report(client, "sha256:2222222222222222"); });
        reports = tokenward::support::unique_fd(accept(listener.get(), nullptr, nullptr));
    }

    tokenward::support::temp_dir folder;
    tokenward::support::unique_fd listener = listen_at(folder / "socket", 4);
    client_ptr client = open_client(folder / "socket");
    kept_ptr kept = keep(client);
    tokenward::support::unique_fd watch, reports;
    std::thread reporter;
};

TEST_F(StubKeptReportedEarly, ATokenIsNotServedWhenTheWatchBringsIt) {
    answer_request(reports, verdict_gone);
    reporter.join();
    say(watch, answer_with("two", '2'));
    std::array<pollfd, 2> either{{{watch.get(), POLLIN, 0}, {reports.get(), POLLIN, 0}}};
    ASSERT_GT(poll(either.data(), either.size(), -1), 0); // it asks for another one, on either connection
    EXPECT_EQ(read_kept(kept), "[not_held]");
    answer_request(either[0].revents != 0 ? watch : reports, answer_with("three", '3'));
    EXPECT_TRUE(eventually([&] { return read_kept(kept) == "three"; }));
}

TEST_F(StubKeptReportedEarly, ATokenThatTheWatchBringsMeanwhileIsServedOnceItIsFoundGood) {
    read_request(reports);
    say(watch, answer_with("two", '2'));
    read_request(watch); // so it has taken note of it
    EXPECT_EQ(read_kept(kept), "[not_held]");
    say(reports, verdict_unfounded);
    reporter.join();
    EXPECT_EQ(read_kept(kept), "two");
}

TEST(StubKept, TheReasonIsSaidWhileThereIsNoToken) {
    fake_daemon daemon(
        {then_stay({problem_answer(424, "credential_rejected", R"(,"detail":"wrong word")")})});
    auto client = open_client(daemon.path());
    auto kept = keep(client);
    EXPECT_TRUE(eventually([&] { return read_kept(kept) == "[credential_rejected]"; }));
    EXPECT_EQ(tokenward_kept_wait(kept.get(), 1), tokenward_error_credential_rejected);
    EXPECT_EQ(detail_of(client), "wrong word");
}

TEST(StubKept, WhoMayNotHaveATokenDoesNotWaitForIt) {
    fake_daemon daemon(
        {then_stay(std::vector<std::string>(10, problem_answer(403, "denied", R"(,"detail":"no rule")")))});
    auto client = open_client(daemon.path());
    auto kept = keep(client);
    EXPECT_EQ(tokenward_kept_wait(kept.get(), 60'000), tokenward_error_denied);
    EXPECT_EQ(detail_of(client), "no rule");
}

TEST(StubKept, WhoWasDeniedBeforeIsAnsweredByAFreshQuestion) {
    tokenward::support::temp_dir folder;
    auto listener = listen_at(folder / "socket", 4);
    auto client = open_client(folder / "socket");
    auto kept = keep(client);
    tokenward::support::unique_fd watch(accept(listener.get(), nullptr, nullptr));
    answer_request(watch, problem_answer(403, "denied"));
    EXPECT_TRUE(eventually([&] { return read_kept(kept) == "[denied]"; }));
    std::thread daemon([&] { answer_request(watch, answer_with("one", '1')); });
    EXPECT_EQ(tokenward_kept_wait(kept.get(), 60'000), tokenward_ok) << detail_of(client);
    daemon.join();
}

TEST(StubKept, ATokenOutlivesItsDaemonAndTheNextDaemonIsFound) {
    tokenward::support::temp_dir folder;
    auto client = open_client(folder / "socket");
    auto kept = keep(client);
    EXPECT_TRUE(eventually([&] { return tokenward_kept_wait(kept.get(), 20) == tokenward_error_no_daemon; }))
        << "the first wait may be over before it has been tried";
    for (const char* token : {"one", "two"}) {
        auto listener = listen_at(folder / "socket", 4);
        tokenward::support::unique_fd connection(accept(listener.get(), nullptr, nullptr));
        std::string bytes = answer_with(token, token[0]);
        send(connection.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        EXPECT_TRUE(eventually([&] { return read_kept(kept) == token; }));
        unlink((folder / "socket").c_str());
    }
    EXPECT_EQ(read_kept(kept), "two");
}

TEST(StubKept, ATokenThatTheCallerMayNotHaveAnyMoreIsDropped) {
    fake_daemon daemon({answer_with("one", '1'), problem_answer(403, "denied")});
    auto client = open_client(daemon.path());
    auto kept = keep(client);
    EXPECT_TRUE(eventually([&] { return read_kept(kept) == "[denied]"; }));
}

TEST(StubKept, AChildKeepsForItself) {
#if defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "ThreadSanitizer forbids threads in the child of a program that has some";
#endif
    tokenward::support::temp_dir folder;
    auto listener = listen_at(folder / "socket", 4);
    auto client = open_client(folder / "socket");
    auto kept = keep(client);
    const auto accept_and_answer = [&](const std::string& bytes) {
        tokenward::support::unique_fd fd(accept(listener.get(), nullptr, nullptr));
        send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        return fd;
    };
    auto parents = accept_and_answer(answer_with("one", '1'));
    ASSERT_EQ(tokenward_kept_wait(kept.get(), 0), tokenward_ok);
    pid_t child = fork();
    if (child == 0) _exit(read_kept(kept) == "two" && read_kept(kept) == "two" ? 0 : 1);
    auto childs = accept_and_answer(answer_with("two", '2'));
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(read_kept(kept), "one");
}

TEST(StubKept, ReadersNeverSeeHalfOfOneTokenAndHalfOfAnother) {
    std::vector<std::string> answers;
    for (unsigned i = 0; i < 400; ++i) {
        std::string token(200 + i % 7, static_cast<char>('a' + i % 26));
        answers.push_back(answer_with(token, static_cast<char>('a' + i % 6)));
    }
    answers.push_back(answer_with("end", 'f'));
    fake_daemon daemon({then_stay(answers)});
    auto client = open_client(daemon.path());
    auto kept = keep(client);
    std::atomic<int> torn = 0;
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i)
        readers.emplace_back([&] {
            for (std::string token; token != "end"; token = read_kept(kept))
                if (!token.empty() && token[0] != '[' &&
                    token.find_first_not_of(token[0]) != std::string::npos)
                    ++torn;
        });
    for (auto& reader : readers) reader.join();
    EXPECT_EQ(torn, 0);
}
