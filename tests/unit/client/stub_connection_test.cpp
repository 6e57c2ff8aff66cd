// How libtokenward bears with connections that break, hang, or carry nonsense.
#include "fake_daemon.hpp"
#include "stub_calls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <csignal>
#include <thread>

using namespace tokenward;
using namespace tokenward::test;
using testing::HasSubstr;
using testing::StartsWith;

namespace {

/// The same answer from a daemon that closes the connection.
std::string closing(std::string answer) {
    return answer.insert(answer.find("\r\n") + 2, "Connection: close\r\n");
}

} // namespace

TEST(Stub, AnswerMayComeInPiecesOfOneByte) {
    answer bytes;
    for (char c : json_answer(token_document())) bytes.push_back(std::string(1, c));
    fake_daemon daemon({connection_script{{bytes}}});
    auto client = open_client(daemon.path());
    EXPECT_EQ(get_token(client).error, tokenward_ok) << detail_of(client);
}

TEST(Stub, SixtyKibibytesOfTokenPassUnchanged) {
    std::string token(std::size_t{60} * 1024, 'x');
    fake_daemon daemon({token_answer(token), token_answer("short")});
    auto client = open_client(daemon.path());
    EXPECT_EQ(get_token(client).token->token, token);
    EXPECT_STREQ(get_token(client).token->token, "short");
}

TEST(Stub, ConnectionIsKept) {
    fake_daemon daemon({token_answer("one"), token_answer("two")});
    auto client = open_client(daemon.path());
    EXPECT_STREQ(get_token(client).token->token, "one");
    EXPECT_STREQ(get_token(client).token->token, "two");
}

TEST(Stub, ConnectionThatTheDaemonClosedIsOpenedAnew) {
    fake_daemon daemon({then_hang_up({token_answer("one")}), then_stay({token_answer("two")})});
    auto client = open_client(daemon.path());
    EXPECT_STREQ(get_token(client).token->token, "one");
    EXPECT_STREQ(get_token(client).token->token, "two");
}

TEST(Stub, RequestThatAKeptConnectionSwallowedIsSentOnceMore) {
    fake_daemon daemon({then_hang_up({token_answer("one"), no_answer}), then_stay({token_answer("two")})});
    auto client = open_client(daemon.path());
    get_token(client);
    EXPECT_STREQ(get_token(client).token->token, "two");
    EXPECT_EQ(daemon.requests().size(), 3u);
}

TEST(Stub, ADaemonThatKeepsHangingUpIsAskedOnceMoreAndNoMore) {
    fake_daemon daemon({then_hang_up({token_answer("one"), no_answer}), then_hang_up({no_answer}),
                        then_stay({token_answer("never")})});
    auto client = open_client(daemon.path());
    get_token(client);
    EXPECT_EQ(get_token(client).error, tokenward_error_connection_lost);
    EXPECT_EQ(daemon.requests().size(), 3u);
}

TEST(Stub, WhatADaemonThatEndsCouldNotAnswerIsAskedOfItsSuccessor) {
    const std::string goodbye = closing(problem_answer(503, "iam_unavailable"));
    fake_daemon daemon({then_hang_up({goodbye}), then_stay({token_answer("two")})});
    auto client = open_client(daemon.path());
    EXPECT_STREQ(get_token(client).token->token, "two");
}

TEST(Stub, ADaemonThatEndsAgainIsBelieved) {
    const std::string goodbye = closing(problem_answer(503, "iam_unavailable"));
    fake_daemon daemon(
        {then_hang_up({goodbye}), then_hang_up({goodbye}), then_stay({token_answer("never")})});
    auto client = open_client(daemon.path());
    EXPECT_EQ(get_token(client).error, tokenward_error_iam_unavailable);
    EXPECT_EQ(daemon.requests().size(), 2u);
}

TEST(Stub, WithinADeadlineSeveralDaemonsThatEndAreOutlasted) {
    const std::string goodbye = closing(problem_answer(503, "iam_unavailable"));
    fake_daemon daemon({then_hang_up({goodbye}), then_hang_up({goodbye}), then_hang_up({goodbye}),
                        then_stay({token_answer("four")})});
    auto client = open_client(daemon.path());
    const tokenward_get_options within{sizeof within, 0, -1, 60'000};
    EXPECT_STREQ(get_token(client, "eu-de", &within).token->token, "four");
}

TEST(Stub, ADaemonThatStaysIsNotAskedAgain) {
    fake_daemon daemon({then_stay({problem_answer(503, "iam_unavailable"), token_answer("never")})});
    auto client = open_client(daemon.path());
    EXPECT_EQ(get_token(client).error, tokenward_error_iam_unavailable);
    EXPECT_EQ(daemon.requests().size(), 1u);
}

// SIGPIPE has its default here: it would end this program.
TEST(Stub, ADaemonThatReadsNoMoreCostsTheCallerNoSignal) {
    support::temp_dir folder;
    support::unique_fd listener = listen_at(folder / "socket", 4);
    timeval limit{30, 0}; // for accept(2) as well, should the client never come back
    setsockopt(listener.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    std::thread daemon([&] {
        std::array<char, 4096> request{};
        support::unique_fd deaf(accept(listener.get(), nullptr, nullptr));
        recv(deaf.get(), request.data(), request.size(), 0);
        shutdown(deaf.get(), SHUT_RD); // from now on, to send to it is EPIPE; it looks open
        std::string answer = token_answer("one");
        send(deaf.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
        support::unique_fd again(accept(listener.get(), nullptr, nullptr));
        recv(again.get(), request.data(), request.size(), 0);
        answer = token_answer("two");
        send(again.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    });
    ASSERT_EQ(std::signal(SIGPIPE, SIG_DFL), SIG_DFL);
    auto client = open_client(folder / "socket");
    EXPECT_STREQ(get_token(client).token->token, "one");
    got second = get_token(client);
    daemon.join();
    ASSERT_EQ(second.error, tokenward_ok) << detail_of(client);
    EXPECT_STREQ(second.token->token, "two");
}

TEST(Stub, AnswerThatBreaksOffIsAnError) {
    std::string whole = json_answer(token_document());
    fake_daemon daemon({then_hang_up({whole.substr(0, whole.size() - 1)}), then_stay({token_answer()})});
    auto client = open_client(daemon.path());
    EXPECT_EQ(get_token(client).error, tokenward_error_connection_lost);
    EXPECT_EQ(get_token(client).error, tokenward_ok);
}

TEST(Stub, BytesBeyondAnAnswerAreNotTheNextAnswer) {
    std::string both = json_answer(token_document("one")) + json_answer(token_document("stray"));
    fake_daemon daemon({then_stay({both}), then_stay({token_answer("two")})});
    auto client = open_client(daemon.path());
    EXPECT_STREQ(get_token(client).token->token, "one");
    EXPECT_STREQ(get_token(client).token->token, "two");
}

TEST(Stub, SilenceEndsWithTheDeadlineAndALateAnswerIsNobodys) {
    fake_daemon daemon({then_stay({no_answer, token_answer("late")}), then_stay({token_answer("right")})});
    auto client = open_client(daemon.path());
    tokenward_get_options options = TOKENWARD_GET_OPTIONS_INIT;
    options.deadline_ms = 20;
    EXPECT_EQ(get_token(client, "eu-de", &options).error, tokenward_error_deadline);
    EXPECT_THAT(detail_of(client), HasSubstr("did not answer in time"));
    EXPECT_STREQ(get_token(client).token->token, "right");
}

TEST(Stub, AFullBacklogEndsWithTheDeadline) {
    support::temp_dir folder;
    std::string path = folder / "socket";
    support::unique_fd listener = listen_at(path, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    std::vector<support::unique_fd> waiting;
    do waiting.emplace_back(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    while (connect(waiting.back().get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);

    auto client = open_client(path);
    tokenward_get_options options = TOKENWARD_GET_OPTIONS_INIT;
    options.deadline_ms = 20;
    EXPECT_EQ(get_token(client, "eu-de", &options).error, tokenward_error_deadline);
    EXPECT_THAT(detail_of(client), HasSubstr("did not accept the connection in time"));
}

TEST(Stub, AMissingDaemonIsNamed) {
    auto client = open_client("/nonexistent/socket");
    EXPECT_EQ(get_token(client).error, tokenward_error_no_daemon);
    EXPECT_THAT(detail_of(client), StartsWith("no daemon at /nonexistent/socket"));
}

TEST(Stub, AProcessWithoutFreeDescriptorsIsNotToldThatThereIsNoDaemon) {
    fake_daemon daemon({token_answer()});
    auto client = open_client(daemon.path());
    rlimit before{}, none{};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
    const int error = get_token(client).error;
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_EQ(error, tokenward_error_no_memory);
    EXPECT_EQ(detail_of(client), "no connection to " + daemon.path() + ": Too many open files");
    EXPECT_EQ(get_token(client).error, tokenward_ok);
}

TEST(Stub, AnswersWithoutSenseAreRefused) {
    const std::vector<std::string> senseless{
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n",
        json_answer("[]"),
        json_answer("{}"),
        json_answer("{\"token\":\"x\"}"),
        json_answer(token_document("")),
        json_answer(token_document("two\\nlines")),
        json_answer(token_document() + "}"),
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 500 x\r\nContent-Length: 6\r\n\r\n<html>",
        "HTTP/1.1 304 x\r\n\r\n",
    };
    std::vector<connection_script> scripts;
    for (const std::string& bytes : senseless) scripts.push_back(then_hang_up({bytes}));
    fake_daemon daemon(scripts);
    for (const std::string& bytes : senseless) {
        auto client = open_client(daemon.path());
        auto [error, token] = get_token(client);
        EXPECT_EQ(error, tokenward_error_protocol) << bytes;
        EXPECT_EQ(token, nullptr);
        EXPECT_THAT(detail_of(client), HasSubstr(daemon.path()));
    }
}
