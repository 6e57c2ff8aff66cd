// Connections: requests in pieces and in piles, callers who are slow, hang up or never end.
#include "tests/unit/local/net/wire.hpp"

#include <vector>

namespace tokenward::local::testing {
namespace {

using Session = OverASocket;

std::vector<reply> split_replies(std::string text) {
    std::vector<reply> all;
    while (!text.empty()) {
        reply r = split_reply(text);
        std::string length = r.field("Content-Length");
        std::size_t size = length.empty() ? 0 : std::stoul(length);
        text = r.body.substr(std::min(size, r.body.size()));
        r.body.resize(std::min(size, r.body.size()));
        all.push_back(r);
    }
    return all;
}

TEST_F(Session, AnswersAndStaysOpen) {
    give_token();
    wire client = open();
    EXPECT_EQ(split_reply(exchange(client, get_token())).status, 200);
    EXPECT_EQ(split_reply(exchange(client, get_token())).status, 200);
    EXPECT_FALSE(client.ended());
}

TEST_F(Session, ARequestMayComeInPieces) {
    give_token();
    wire client = open();
    std::string text = get_token();
    for (char c : text.substr(0, text.size() - 1)) EXPECT_EQ(exchange(client, std::string(1, c)), "");
    EXPECT_EQ(split_reply(exchange(client, text.substr(text.size() - 1))).status, 200);
}

TEST_F(Session, PipelinedRequestsAreAnsweredInOrder) {
    give_token();
    wire client = open();
    std::string pile = get_token() + request_text("GET", "/healthz") +
                       request_text("DELETE", "/v1/tokens/ci/eu-de") + get_token().substr(0, 20);
    auto replies = split_replies(exchange(client, pile));
    ASSERT_EQ(replies.size(), 3U);
    EXPECT_EQ(boost::json::value_to<std::string>(replies[0].json().at("token")), "the-token");
    EXPECT_EQ(replies[1].body, R"({"status":"ok","reason":"the daemon answers"})");
    EXPECT_EQ(replies[2].status, 204);
    client.send(get_token().substr(20));
    run();
    give(make_token("new", second_fp));
    EXPECT_EQ(split_reply(client.receive()).status, 200);
}

TEST_F(Session, APileOfHundredIsAnsweredWhole) {
    give_token();
    wire client = open();
    std::string pile;
    for (int i = 0; i < 100; ++i) pile += get_token();
    EXPECT_EQ(split_replies(exchange(client, pile)).size(), 100U);
}

TEST_F(Session, WhatFollowsAMissWaitsForItsTurnAndOthersDoNot) {
    wire waiting = open();
    wire other = open();
    EXPECT_EQ(exchange(waiting, get_token() + request_text("GET", "/healthz")), "");
    EXPECT_EQ(split_reply(exchange(other, request_text("GET", "/healthz"))).status, 200);
    give_token();
    auto replies = split_replies(waiting.receive());
    ASSERT_EQ(replies.size(), 2U);
    EXPECT_EQ(boost::json::value_to<std::string>(replies[0].json().at("token")), "the-token");
    EXPECT_EQ(replies[1].body, R"({"status":"ok","reason":"the daemon answers"})");
}

TEST_F(Session, AColdCallerThatHangsUpDoesNotTakeTheFetchWithIt) {
    wire first = open();
    wire second = open();
    exchange(first, get_token());
    exchange(second, get_token());
    EXPECT_EQ(pool.size(), 2U);
    first.close();
    run();
    EXPECT_EQ(pool.size(), 1U) << "the hang-up was noticed in mid-wait";
    give_token();
    EXPECT_EQ(split_reply(second.receive()).status, 200);
    EXPECT_EQ(source->fetches, 1);
}

TEST_F(Session, ACallerThatHasSaidAllButListensIsAnswered) {
    wire client = open();
    client.send(get_token());
    client.shut_sending();
    run();
    give_token();
    EXPECT_EQ(split_reply(client.receive()).status, 200);
    EXPECT_TRUE(client.ended());
    EXPECT_EQ(pool.size(), 0U);
}

TEST_F(Session, ACallerThatDoesNotReadIsNotReadEither) {
    give(make_token(std::string(std::size_t{60} * 1024, 'a'), first_fp));
    wire client = open();
    std::string pile;
    for (int i = 0; i < 50; ++i) pile += get_token();
    client.send(pile);
    std::string got;
    std::size_t rounds = 0;
    for (std::string more = "x"; !more.empty(); ++rounds) {
        run();
        more = client.receive();
        got += more;
    }
    EXPECT_GT(rounds, 3U) << "it came by and by";
    auto replies = split_replies(got);
    ASSERT_EQ(replies.size(), 50U);
    for (const reply& r : replies) EXPECT_EQ(r.body, replies[0].body);
}

TEST_F(Session, ConnectionCloseIsHonoured) {
    give_token();
    wire client = open();
    std::string text = exchange(client, get_token("Connection: close\r\n") + get_token());
    auto replies = split_replies(text);
    ASSERT_EQ(replies.size(), 1U) << "what follows is not answered";
    EXPECT_EQ(replies[0].field("Connection"), "close");
    EXPECT_TRUE(client.ended());
    EXPECT_FALSE(client.reset());
}

TEST_F(Session, Http10ClosesUnlessAskedToStay) {
    give_token();
    wire once = open();
    EXPECT_EQ(split_reply(exchange(once, "GET /healthz HTTP/1.0\r\n\r\n")).field("Connection"), "close");
    EXPECT_TRUE(once.ended());
    wire kept = open();
    EXPECT_EQ(split_reply(exchange(kept, "GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"))
                  .field("Connection"),
              "keep-alive");
    EXPECT_FALSE(kept.ended());
}

TEST_F(Session, AMalformedRequestIsAnsweredAndThenTheConnectionEnds) {
    wire client = open();
    reply r = split_reply(exchange(client, "GET / HTTP/1.1\r\n\r\n" + std::string(1000, 'x')));
    EXPECT_EQ(r.code(), "bad_request");
    EXPECT_EQ(r.field("Connection"), "close");
    EXPECT_TRUE(client.ended());
    EXPECT_FALSE(client.reset()) << "unread input was drained";
    client.close();
    run();
    EXPECT_EQ(pool.size(), 0U);
}

TEST_F(Session, LimitsAreToldByTheirStatus) {
    for (auto [text, status] : {std::pair<std::string, int>{"GET /" + std::string(9000, 'a'), 414},
                                {"GET / HTTP/1.1\r\nX: " + std::string(17'000, 'a'), 431},
                                {"POST / HTTP/1.1\r\nHost: unix\r\nContent-Length: 70000\r\n\r\n", 413}}) {
        wire client = open();
        reply r = split_reply(exchange(client, text));
        EXPECT_EQ(r.status, status);
        EXPECT_EQ(r.code(), "too_large");
    }
}

TEST_F(Session, ContinueIsSaidToWhoWaitsForIt) {
    give_token();
    wire client = open();
    std::string body = R"({"fingerprint":"sha256:2222222222222222","status":401})";
    std::string head =
        "POST /v1/tokens/ci/eu-de/report HTTP/1.1\r\nHost: unix\r\nContent-Type: application/json\r\n"
        "Expect: 100-continue\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n";
    EXPECT_EQ(exchange(client, head), "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_EQ(split_reply(exchange(client, body)).status, 200);
}

TEST_F(Session, StopAnswersWhatIsInFlight) {
    wire waiting = open();
    wire idle = open();
    wire unread = open();
    exchange(waiting, get_token());
    unread.send(request_text("GET", "/healthz"));
    bool stopped = false;
    pool.stop(10s, [&] { stopped = true; });
    service.stop();
    run();
    EXPECT_TRUE(idle.ended());
    EXPECT_EQ(split_reply(unread.receive()).field("Connection"), "close");
    EXPECT_EQ(split_reply(waiting.receive()).status, 503);
    waiting.close();
    unread.close();
    run();
    EXPECT_TRUE(stopped);
    EXPECT_EQ(pool.size(), 0U);
}

// A tick of a millisecond: what takes a second elsewhere.
class Sweep : public OverASocket {
  protected:
    Sweep() : OverASocket({.tick = 1ms}) {}
};

TEST_F(Sweep, AnIdleConnectionIsClosed) {
    wire client = open();
    run_until([&] { return pool.size() == 0; });
    EXPECT_TRUE(client.ended());
}

TEST_F(Sweep, ARequestThatDoesNotArriveIsTimedOut) {
    wire client = open();
    client.send("GET /healthz HT");
    std::string answer;
    run_until([&] { return !(answer += client.receive()).empty(); });
    reply r = split_reply(answer);
    EXPECT_EQ(r.code(), "request_timeout");
    EXPECT_EQ(r.status, 408);
    run_until([&] { return pool.size() == 0; });
}

TEST_F(Sweep, ACallerThatNeverReadsIsGivenUp) {
    give(make_token(std::string(std::size_t{60} * 1024, 'a'), first_fp));
    wire client = open();
    for (int i = 0; i < 50; ++i) client.send(get_token());
    run_until([&] { return pool.size() == 0; });
    EXPECT_EQ(pool.size(), 0U);
}

TEST_F(Sweep, ACallerThatDoesNotReadHoldsUpNoShutdown) {
    give(make_token(std::string(std::size_t{60} * 1024, 'a'), first_fp));
    wire deaf = open();
    for (int i = 0; i < 50; ++i) deaf.send(get_token());
    wire late = open();
    late.send("GET /healthz HT");
    run_until([&] { return !late.receive().empty(); }); // its 5 s are over, and the other's 30 are not
    ASSERT_NE(pool.size(), 0U);
    bool stopped = false;
    pool.stop(10s, [&] { stopped = true; });
    service.stop();
    run();
    EXPECT_TRUE(stopped) << "all others wait for the next daemon";
}

TEST_F(Sweep, ACallerThatWaitsForTheIamIsLeftToItsPatience) {
    wire waiting = open();
    exchange(waiting, get_token());
    wire idle = open();
    run_until([&] { return pool.size() == 1; });
    EXPECT_TRUE(idle.ended());
    EXPECT_EQ(waiting.receive(), "");
    give_token();
    EXPECT_EQ(split_reply(waiting.receive()).status, 200);
}

TEST(ConnectionsWithin, LeavesTheDaemonDescriptorsOfItsOwn) {
    EXPECT_EQ(connections_within(1'048'576), 16'384U);
    EXPECT_EQ(connections_within(1024), 896U);
    EXPECT_EQ(connections_within(256), 192U);
    EXPECT_EQ(connections_within(128), 64U);
    EXPECT_EQ(connections_within(20), 10U);
    EXPECT_EQ(connections_within(0), 0U);
}

} // namespace
} // namespace tokenward::local::testing
