// Callers who are killed, deaf or slow: none of them costs the daemon or another caller anything.
#include "tests/unit/local/net/wire.hpp"

#include <csignal>

namespace tokenward::local::testing {
namespace {

using SessionCallers = OverASocket;

// A connection that is at its end stays readable: who goes on waiting for it spins, and run() would not end.
TEST_F(SessionCallers, ACallerKilledInMidRequestLeavesNothingToRun) {
    for (const std::string& said : {std::string(), std::string("GET /v1/tok"),
                                    request_text("POST", "/v1/tokens/ci/eu-de/report", "", "{").substr(0, 60),
                                    get_token() + "GET /v1/tok", get_token() + get_token()}) {
        wire client = open();
        client.send(said);
        run();
        client.close();
        run();
        EXPECT_EQ(pool.size(), 0U) << said;
    }
}

TEST_F(SessionCallers, ACallerThatHangsUpIsNoticedInEachOfItsWaits) {
    give(make_token("the-token", first_fp));
    const std::string watch = request_text("GET", "/v1/tokens/ci/eu-de",
                                           "If-None-Match: \"" + first_fp + "\"\r\nPrefer: wait=60\r\n");
    wire client = open();
    for (int i = 0; i < 2; ++i) {
        client.send(watch);
        run();
        EXPECT_EQ(service.queues().watching, 1U);
        time.step(61s);
        service.tick();
        run();
        EXPECT_TRUE(client.receive().starts_with("HTTP/1.1 304"));
    }
    client.send(watch);
    run();
    client.close();
    run();
    EXPECT_EQ(service.queues().watching, 0U);
    EXPECT_EQ(pool.size(), 0U);
}

// SIGPIPE has its default here: it would end this program.
TEST_F(SessionCallers, ACallerThatGoesWithoutReadingItsAnswersCostsNoSignal) {
    ASSERT_EQ(std::signal(SIGPIPE, SIG_DFL), SIG_DFL);
    give(make_token(std::string(std::size_t{60} * 1024, 'a'), first_fp));
    wire gone = open();
    wire half_read = open();
    gone.send(get_token());
    gone.close(); // before its request was seen
    for (int i = 0; i < 50; ++i) half_read.send(get_token());
    run();
    EXPECT_EQ(pool.size(), 1U) << "answers are waiting to be read";
    half_read.close();
    run();
    EXPECT_EQ(pool.size(), 0U);
}

TEST_F(SessionCallers, ACallerThatNeverReadsAndOneThatNeverEndsItsRequestDelayNobody) {
    give(make_token(std::string(std::size_t{60} * 1024, 'a'), first_fp));
    wire deaf = open();
    wire slow = open();
    wire other = open();
    for (int i = 0; i < 50; ++i) deaf.send(get_token());
    slow.send(get_token().substr(0, 20));
    EXPECT_EQ(split_reply(exchange(other, get_token())).status, 200);
    EXPECT_EQ(split_reply(exchange(other, request_text("GET", "/healthz"))).status, 200);
    EXPECT_EQ(pool.size(), 3U);
}

} // namespace
} // namespace tokenward::local::testing
