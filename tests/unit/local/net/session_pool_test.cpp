// How many connections there may be, and who makes room for whom.
#include "tests/unit/local/net/wire.hpp"

#include <vector>

#include <unistd.h>

namespace tokenward::local::testing {
namespace {

class Limited : public OverASocket {
  protected:
    Limited() : OverASocket({.connections = 4, .tick = std::chrono::hours(1)}) {}
};

TEST_F(Limited, TheLongestIdleConnectionMakesRoom) {
    std::vector<wire> waiting;
    wire idle = open();
    for (int i = 0; i < 3; ++i) {
        waiting.push_back(open());
        exchange(waiting.back(), get_token());
    }
    EXPECT_EQ(pool.size(), 4U);
    waiting.push_back(open());
    EXPECT_TRUE(idle.ended());
    exchange(waiting.back(), get_token());
    wire refused = open(); // nobody idles
    EXPECT_EQ(split_reply(refused.receive()).code(), "too_many_requests");
    EXPECT_TRUE(refused.ended());
    EXPECT_EQ(pool.size(), 4U);
}

TEST_F(Limited, HalfARequestKeepsNobodyOut) {
    std::vector<wire> slow;
    for (int i = 0; i < 4; ++i) {
        slow.push_back(open());
        exchange(slow.back(), "GET /heal");
    }
    wire whole = open();
    EXPECT_EQ(split_reply(exchange(whole, request_text("GET", "/healthz"))).status, 200);
    EXPECT_EQ(pool.size(), 4U);
}

using Neighbours = OverASocket;

// Who is told to end may have a request unread, and its answer may end others: those whom it wakes and who
// have hung up.
TEST_F(Neighbours, OneThatEndsMayEndOthers) {
    config small = two_identities();
    small.identities.front().max_scopes = 2; // `eu-de` and one on demand
    service.configure(std::move(small));
    give_token();
    std::vector<wire> watchers;
    std::vector<wire> askers;
    askers.push_back(open());
    askers.front().send(request_text("GET", "/v1/tokens/ci/project:first"));
    run();
    give(make_token("another", second_fp));
    askers.front().receive();
    auto watch = [&] {
        watchers.push_back(open());
        exchange(watchers.back(),
                 request_text("GET", "/v1/tokens/ci/project:first",
                              "If-None-Match: \"" + second_fp + "\"\r\nPrefer: wait=60\r\n"));
    };
    for (int i = 0; i < 8; ++i) {
        watch();
        askers.push_back(open());
        watch();
    }
    run();
    for (wire& one : watchers) one.close();
    for (wire& one : askers)
        one.send(request_text("GET", "/v1/tokens/ci/project:second")); // evicts the first
    bool stopped = false;
    pool.stop(std::chrono::hours(1), [&] { stopped = true; });
    service.stop();
    run();
    EXPECT_TRUE(stopped);
    EXPECT_EQ(pool.size(), 0U);
}

class Ticking : public OverASocket {
  protected:
    Ticking() : OverASocket({.tick = std::chrono::milliseconds(1)}) {}
};

TEST_F(Ticking, AnAnswersBytesEndWithItsToken) {
    give_token();
    wire client = open();
    exchange(client, get_token());
    EXPECT_EQ(around.answers->size(), 1U);
    EXPECT_EQ(send("DELETE", "/v1/tokens/ci/eu-de").status, 204);
    run_until([&] { return around.answers->size() == 0; });
    EXPECT_FALSE(client.ended());
}

TEST_F(Ticking, AnAnswersBytesEndSoonAfterTheLastConnection) {
    give_token();
    wire client = open();
    exchange(client, get_token());
    client.close();
    run_until([&] { return around.answers->size() == 0; });
    wire next = open();
    EXPECT_EQ(split_reply(exchange(next, get_token())).status, 200);
}

class Shared : public OverASocket {
  protected:
    Shared() : OverASocket({.connections = 32, .tick = std::chrono::hours(1)}) {}
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
    }
    /// A connection of this user that waits for the IAM. REQUIRES: `uid` may get tokens.
    wire wait_as(uid_t uid) {
        wire client = open_as(uid);
        exchange(client, get_token());
        return client;
    }
    wire open_as(uid_t uid) {
        EXPECT_EQ(::seteuid(uid), 0);
        wire client = open();
        EXPECT_EQ(::seteuid(0), 0);
        return client;
    }
};

TEST_F(Shared, OneUserCannotTakeThePlacesOfTheOthers) {
    std::vector<wire> greedy;
    for (int i = 0; i < 16; ++i) greedy.push_back(wait_as(1000));
    wire refused = open_as(1000);
    EXPECT_EQ(split_reply(refused.receive()).code(), "too_many_requests");
    std::vector<wire> others;
    for (int i = 0; i < 14; ++i) others.push_back(wait_as(1001));
    refused = open_as(1001);
    EXPECT_EQ(split_reply(refused.receive()).code(), "too_many_requests") << "the last places are root's";
    for (int i = 0; i < 2; ++i) {
        wire root = open_as(0);
        EXPECT_EQ(split_reply(exchange(root, request_text("GET", "/healthz"))).status, 200);
        greedy.push_back(std::move(root));
    }
}

TEST_F(Shared, WhoHasItsShareMakesRoomForItself) {
    wire others = open_as(1001);
    std::vector<wire> idle;
    for (int i = 0; i < 16; ++i) idle.push_back(open_as(1000));
    wire one_more = open_as(1000);
    EXPECT_EQ(split_reply(exchange(one_more, request_text("GET", "/healthz"))).status, 200);
    EXPECT_EQ(pool.size(), 17U);
    EXPECT_FALSE(others.ended()) << "it has idled longest, but is another's";
}

} // namespace
} // namespace tokenward::local::testing
