// One request, one answer: what comes too early, too late or twice is no answer to anything.
#include "daemon/iam/net/exchange.hpp"

#include "tests/unit/iam/net/paired_connection.hpp"

#include <gtest/gtest.h>

namespace tokenward::iam {
namespace {

namespace http = boost::beast::http;

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
const std::string early = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";

/// Asks and answers with `bytes`, then with the end of the stream if that is not all.
exchanged answer_with(const std::string& bytes, http::verb method = http::verb::get,
                      answer_limits limits = {}) {
    paired_connection c;
    c.ask(method, "/v3", limits);
    c.say(bytes);
    if (!c.has_ended()) c.close();
    EXPECT_TRUE(c.has_ended());
    return {.failed = c.end()->failed,
            .sent = c.end()->sent,
            .began = c.end()->began,
            .reusable = c.end()->reusable,
            .answer = {.status = c.end()->answer.status, .body = c.end()->answer.body}};
}

} // namespace

TEST(Exchange, InterimAnswersArePassedOver) {
    for (const char* interim :
         {"HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 102 Processing\r\n\r\n",
          "HTTP/1.1 103\r\nLink: a\r\n\r\n", "HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\n",
          "HTTP/1.0 199 Odd\r\nConnection: close\r\n\r\n"}) {
        paired_connection c;
        c.ask(http::verb::get);
        for (int i = 0; i < 3; ++i) c.say(interim);
        EXPECT_FALSE(c.has_ended()) << interim;
        c.say(ok);
        ASSERT_TRUE(c.has_ended()) << interim;
        EXPECT_FALSE(c.end()->failed) << interim << c.end()->failed.message();
        EXPECT_EQ(c.end()->answer.status, 200U) << interim;
        EXPECT_TRUE(c.end()->reusable) << interim;
    }
}

TEST(Exchange, InterimAnswersAreBoundedByNumberAndSize) {
    std::string many;
    for (int i = 0; i < 100; ++i) many += early;
    EXPECT_EQ(answer_with(many + ok).answer.status, 200U);
    EXPECT_EQ(answer_with(many + early + ok).failed, http::error::header_limit);
    EXPECT_EQ(answer_with(early + early + ok, http::verb::get, {.head = 2 * early.size() + 10}).failed,
              http::error::header_limit)
        << "all heads together have the room of one";
}

TEST(Exchange, AnotherProtocolIsNoAnswer) {
    EXPECT_EQ(answer_with("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n" + ok).failed,
              http::error::bad_status);
}

TEST(Exchange, NothingIsSentWhereSomethingHasComeBefore) {
    for (const std::string& unasked : {ok, early, std::string("x")}) {
        paired_connection c;
        c.say(unasked);
        c.ask(http::verb::post);
        ASSERT_TRUE(c.has_ended());
        EXPECT_EQ(c.end()->failed, unasked_bytes);
        EXPECT_FALSE(c.end()->sent);
        EXPECT_EQ(c.heard(), "");
    }
}

TEST(Exchange, NothingIsSentWhereTheOtherSideHasClosed) {
    paired_connection c;
    c.close();
    c.ask(http::verb::post);
    ASSERT_TRUE(c.has_ended());
    EXPECT_EQ(c.end()->failed, boost::asio::error::eof);
    EXPECT_FALSE(c.end()->sent);
}

TEST(Exchange, AConnectionWithSomethingLeftOverIsNotUsedAgain) {
    for (const std::string& left : {ok, early, std::string("\r\n"), std::string("x")}) {
        EXPECT_EQ(answer_with(ok + left).answer.status, 200U);
        EXPECT_FALSE(answer_with(ok + left).reusable) << left;
        paired_connection c;
        c.ask(http::verb::get);
        c.say(ok);
        ASSERT_TRUE(c.has_ended() && c.end()->reusable);
        (void)c.heard();
        c.say(left); // later than the answer
        c.ask(http::verb::get, "/next");
        ASSERT_TRUE(c.has_ended());
        EXPECT_EQ(c.end()->failed, unasked_bytes) << left;
        EXPECT_EQ(c.heard(), "") << left;
    }
}

TEST(Exchange, ABodyThatMayFollowTheAnswerToHeadEndsTheConnection) {
    const std::string head = "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\n";
    for (const std::string& bytes :
         {head, head + "gone\n", std::string("HTTP/1.1 204 OK\r\nContent-Length: 5\r\n\r\n")}) {
        const exchanged end = answer_with(bytes, http::verb::head);
        EXPECT_FALSE(end.failed) << bytes << end.failed.message();
        EXPECT_FALSE(end.reusable) << bytes;
    }
    EXPECT_TRUE(answer_with("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", http::verb::head).reusable);
    EXPECT_TRUE(answer_with("HTTP/1.1 200 OK\r\n\r\n", http::verb::head).reusable);
    EXPECT_TRUE(answer_with("HTTP/1.1 204 No Content\r\n\r\n").reusable);
}

TEST(Exchange, TellsWhatWasSentFromWhatMayHaveBeenHeard) {
    const exchanged lost = answer_with("", http::verb::post);
    EXPECT_EQ(lost.failed, http::error::end_of_stream);
    EXPECT_TRUE(lost.sent);
    EXPECT_FALSE(lost.began);
    const exchanged cut = answer_with("HTTP/1.1 201", http::verb::post);
    EXPECT_EQ(cut.failed, http::error::partial_message);
    EXPECT_TRUE(cut.sent && cut.began);
    EXPECT_TRUE(answer_with(early, http::verb::post).began);
}

TEST(Exchange, WhatOtherClientsAcceptIsAccepted) {
    for (const std::string& bytes :
         {std::string(
              "HTTP/1.1 201\r\nX-Subject-Token: gAAAA-t\r\nX-Via : lb\r\nContent-Length: 2\r\n\r\n{}"),
          std::string("HTTP/1.1 201 \r\nContent-Length \t : 2\r\n\r\n{}"),
          std::string("HTTP/1.1 100\r\n\r\nHTTP/1.1 201\r\nA:b\r\n c : d\r\nContent-Length:2\r\n\r\n{}")}) {
        const exchanged end = answer_with(bytes);
        EXPECT_FALSE(end.failed) << bytes << end.failed.message();
        EXPECT_EQ(end.answer.status, 201U) << bytes;
        EXPECT_EQ(end.answer.body, "{}") << bytes;
        EXPECT_TRUE(end.reusable) << bytes;
    }
}

TEST(Exchange, WhatIsNoHttpIsSaidAtOnce) {
    paired_connection c;
    c.ask(http::verb::get);
    c.say("SSH-2.0-OpenSSH_9.2\r\n");
    ASSERT_TRUE(c.has_ended());
    EXPECT_EQ(c.end()->failed, http::error::bad_version);
    for (const char* bytes : {"HTTP/1.1 20\r\n\r\n", "HTTP/1.1 2000\r\n\r\n", "HTTP/1.1 abc\r\n\r\n",
                              "HTTP/1.1 200 OK\r\n: x\r\n\r\n", "HTTP/1.1 200 OK\r\n : x\r\n\r\n",
                              "HTTP/2 200\r\n\r\n", "\r\nHTTP/1.1 200 OK\r\n\r\n"}) {
        EXPECT_TRUE(answer_with(bytes).failed) << bytes;
        EXPECT_FALSE(answer_with(bytes).reusable) << bytes;
    }
}

TEST(Exchange, AnAnswerMayComeByteByByte) {
    paired_connection c;
    c.ask(http::verb::get);
    for (const char byte : early + "HTTP/1.1 200\r\nA : b\r\nContent-Length: 2\r\n\r\n{}") {
        EXPECT_FALSE(c.has_ended());
        c.say({&byte, 1});
    }
    ASSERT_TRUE(c.has_ended());
    EXPECT_EQ(c.end()->answer.status, 200U) << c.end()->failed.message();
    EXPECT_TRUE(c.end()->reusable);
}

TEST(Exchange, AnAnswerInChunksMayComeByteByByteAndPadded) {
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const char* body : {"2\r\n{}\r\n0\r\n\r\n",
                             "1  \r\n{\r\n01\t;a=\"b\"; c\r\n}\r\n000 \r\nX-Trailer: 1\r\nY: 2\r\n\r\n"}) {
        paired_connection c;
        c.ask(http::verb::get);
        for (const char byte : head + body) {
            EXPECT_FALSE(c.has_ended());
            c.say({&byte, 1});
        }
        ASSERT_TRUE(c.has_ended()) << body;
        EXPECT_FALSE(c.end()->failed) << c.end()->failed.message();
        EXPECT_EQ(c.end()->answer.body, "{}");
        EXPECT_TRUE(c.end()->reusable);
        EXPECT_FALSE(answer_with(head + body + "x").reusable);
    }
    for (const char* bad : {"\r\n", "x\r\n", " 2\r\n{}\r\n", "2x\r\n", "2\n{}\r\n", "2\r{}",
                            "2\r\n{}0\r\n\r\n", "-1\r\n", "2;a\n", "0\r\n\rx", "0\r\nX\rY"})
        EXPECT_EQ(answer_with(head + bad).failed, http::error::bad_chunk) << bad;
    EXPECT_EQ(answer_with(head + "2\r\n{}\r\n0\r\n").failed, http::error::partial_message);
}

// At this Beast 1.81 stops a program that has assertions.
TEST(Exchange, AnEmptyBodyInChunksMayComeByteByByte) {
    paired_connection c;
    c.ask(http::verb::get);
    for (const char byte : std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"))
        c.say({&byte, 1});
    ASSERT_TRUE(c.has_ended());
    EXPECT_FALSE(c.end()->failed);
    EXPECT_TRUE(c.end()->reusable);
}

TEST(Exchange, ABodyInChunksHasItsLimits) {
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    const answer_limits limits{.body = 100};
    auto failed = [&](const std::string& body) {
        return answer_with(head + body, http::verb::get, limits).failed;
    };
    EXPECT_FALSE(failed("64\r\n" + std::string(100, 'x') + "\r\n0\r\n\r\n"));
    EXPECT_EQ(failed("65\r\n"), http::error::body_limit);
    EXPECT_EQ(failed("40\r\n" + std::string(64, 'x') + "\r\n40\r\n"), http::error::body_limit);
    EXPECT_EQ(failed("fffffffffffffffffffffffff"), http::error::body_limit);
    EXPECT_EQ(failed("1;" + std::string(100, 'x')), http::error::body_limit);
    EXPECT_EQ(failed("0\r\n" + std::string(100, 'x')), http::error::body_limit) << "its trailer";
    EXPECT_EQ(failed(std::string(100, '0')), http::error::partial_message);
}

TEST(Exchange, AHeadOverItsLimitIsGivenUp) {
    const std::string field = "X: " + std::string(1000, 'x') + "\r\n";
    std::string head = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 170; ++i) head += field;
    EXPECT_EQ(answer_with(head).failed, http::error::header_limit);
    EXPECT_EQ(answer_with(head + "\r\n").failed, http::error::header_limit);
}

} // namespace tokenward::iam
