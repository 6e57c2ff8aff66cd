// GET with If-None-Match and Prefer: wait: an answer that is held until the token changes.
#include "tests/unit/local/api/local_side.hpp"

namespace tokenward::local::testing {
namespace {

class WatchRoutes : public LocalSide {
  protected:
    static std::string watch_text(const std::string& prefer = "wait=60", const std::string& query = "") {
        return request_text("GET", "/v1/tokens/ci/eu-de" + query,
                            "If-None-Match: \"" + first_fp + "\"\r\nPrefer: " + prefer + "\r\n");
    }
    reply watch(const std::string& prefer = "wait=60") { return ask(*connect(), watch_text(prefer)); }

    /// Starts a watch that nothing answers yet.
    std::shared_ptr<fake_connection> watcher(const std::string& query = "") {
        auto connection = connect();
        start(*connection, watch_text("wait=60", query));
        EXPECT_FALSE(connection->answered);
        EXPECT_NE(connection->waits, 0U);
        return connection;
    }
    void change() {
        auto renewing = connect(1001);
        start(*renewing, request_text("POST", "/v1/tokens/ci/eu-de/renew"));
        give(make_token("another", second_fp));
    }
    void step(duration by) {
        time.step(by);
        service.tick();
        run();
    }
};

TEST_F(WatchRoutes, TheNewTokenIsTheAnswer) {
    give_token();
    auto waiting = watcher();
    change();
    ASSERT_TRUE(waiting->answered);
    reply r = split_reply(*waiting->answered);
    EXPECT_EQ(r.status, 200);
    EXPECT_EQ(r.field("ETag"), '"' + second_fp + '"');
    EXPECT_EQ(r.field("Preference-Applied"), "wait=60");
    EXPECT_EQ(boost::json::value_to<std::string>(r.json().at("token")), "another");
}

TEST_F(WatchRoutes, TheFormOfTheAnswerIsAsAsked) {
    give_token();
    auto with_body = watcher("?include=body");
    change();
    ASSERT_TRUE(with_body->answered);
    EXPECT_TRUE(split_reply(*with_body->answered).json().as_object().contains("body"));
}

TEST_F(WatchRoutes, NothingNewIs304WhenTheTimeIsOver) {
    give_token();
    auto waiting = watcher();
    step(59s);
    EXPECT_FALSE(waiting->answered);
    step(1s);
    ASSERT_TRUE(waiting->answered);
    reply r = split_reply(*waiting->answered);
    EXPECT_EQ(r.status, 304);
    EXPECT_EQ(r.field("ETag"), '"' + first_fp + '"');
    EXPECT_EQ(r.field("Preference-Applied"), "wait=60");
}

TEST_F(WatchRoutes, AnotherTokenThanTheNamedOneIsAnsweredAtOnce) {
    give_token();
    change();
    reply r = watch();
    EXPECT_EQ(r.status, 200);
    EXPECT_EQ(r.field("Preference-Applied"), "wait=60");
}

TEST_F(WatchRoutes, WithoutIfNoneMatchThePreferenceIsIgnored) {
    give_token();
    reply r = get("/v1/tokens/ci/eu-de", "Prefer: wait=60\r\n");
    EXPECT_EQ(r.status, 200);
    EXPECT_EQ(r.field("Preference-Applied"), "");
}

TEST_F(WatchRoutes, WhatIsNotUnderstoodIsIgnored) {
    give_token();
    for (const char* odd :
         {"wait", "wait=", "wait=soon", "wait=-1", "respond-async", "x=\"wait=9, wait=9\""}) {
        reply r = watch(odd);
        EXPECT_EQ(r.status, 304) << odd;
        EXPECT_EQ(r.field("Preference-Applied"), "") << odd;
    }
}

TEST_F(WatchRoutes, AnInvalidationIsHeldThrough) {
    give_token();
    auto waiting = watcher();
    EXPECT_EQ(send("DELETE", "/v1/tokens/ci/eu-de").status, 204);
    EXPECT_FALSE(waiting->answered);
    give(make_token("another", second_fp));
    ASSERT_TRUE(waiting->answered);
    EXPECT_EQ(split_reply(*waiting->answered).status, 200);
}

TEST_F(WatchRoutes, AShutdownIs304) {
    give_token();
    auto waiting = watcher();
    service.stop();
    ASSERT_TRUE(waiting->answered);
    EXPECT_EQ(split_reply(*waiting->answered).status, 304);
}

TEST_F(WatchRoutes, ACallerWhoMayNoLongerIsDenied) {
    give_token();
    auto waiting = watcher();
    config c = two_identities();
    c.identities[0].allow = {rule(1001, 7)};
    service.configure(std::move(c));
    ASSERT_TRUE(waiting->answered) << "at once, not when the token changes";
    EXPECT_EQ(split_reply(*waiting->answered).code(), "denied");
}

TEST_F(WatchRoutes, ACallerWhoMayStillIsToAskAgainAfterAReload) {
    give_token();
    auto waiting = watcher();
    service.configure(two_identities());
    ASSERT_TRUE(waiting->answered);
    EXPECT_EQ(split_reply(*waiting->answered).status, 304);
}

} // namespace
} // namespace tokenward::local::testing
