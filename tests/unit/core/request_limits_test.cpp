// How often callers may cause IAM requests: at stepped time.
#include "daemon/core/request_limits.hpp"

#include "tests/unit/core/make_token.hpp"

#include <gtest/gtest.h>

using namespace tokenward;
using namespace tokenward::testing;

namespace {

class RequestLimits : public ::testing::Test {
  protected:
    bool take(const requester& by, std::string_view identity = "ci") {
        return all.take(by, identity, now).has_value();
    }
    /// How many of `tries` may be made at this moment.
    int taken(const requester& by, int tries = 1000, std::string_view identity = "ci") {
        int count = 0;
        for (int i = 0; i < tries; ++i) count += take(by, identity) ? 1 : 0;
        return count;
    }

    instant now = t0;
    void set(const limits_config& limits) {
        std::vector<identity_config> identities(2);
        identities[0].name = "ci";
        identities[1].name = "other";
        all.configure(limits, identities);
    }
    request_limits all;
    const requester one{.uid = 1000};
    const requester root{.uid = 0, .privileged = true};
};

} // namespace

TEST_F(RequestLimits, AUserMayTakeABurstAndThenOneASecond) {
    EXPECT_EQ(taken(one), 50);
    for (int i = 0; i < 100; ++i) {
        now += 500ms;
        EXPECT_EQ(taken(one), i % 2) << i;
    }
    now += 1h;
    EXPECT_EQ(taken(one), 50) << "no more than a burst is saved up";
}

TEST_F(RequestLimits, AnHourOfAskingIsTheBurstAndTheRate) {
    int count = 0;
    for (const instant end = now + 1h; now < end; now += 200ms) count += taken(one, 2);
    EXPECT_GE(count, 50 + 3599);
    EXPECT_LE(count, 50 + 3600);
}

TEST_F(RequestLimits, TheErrorSaysWhichLimitAndWhenToAskAgain) {
    taken(one);
    const problem user = all.take(one, "ci", now).error();
    EXPECT_EQ(user.code, errc::too_many_requests);
    EXPECT_EQ(user.retry_after, 1s);
    EXPECT_TRUE(user.detail.starts_with("the limit for this user is used up")) << user.detail;
    EXPECT_NE(user.detail.find("50 requests to the IAM at once, 60 a minute"), std::string::npos)
        << user.detail;
    EXPECT_EQ(all.check(one, "ci", now).error().detail, user.detail);
    taken({.uid = 1001});
    const problem identity = all.take({.uid = 1002}, "ci", now).error();
    EXPECT_TRUE(identity.detail.starts_with("the limit for all users of identity ci together"))
        << identity.detail;
    EXPECT_NE(identity.detail.find("100 requests to the IAM at once, 120 a minute"), std::string::npos);
    set({.new_scopes_per_minute = 1, .new_scopes_burst = 1});
    taken(one);
    EXPECT_EQ(all.take(one, "ci", now).error().retry_after, 60s);
}

TEST_F(RequestLimits, AnIdentityBearsTwiceWhatAUserMay) {
    int count = 0;
    for (unsigned uid = 1000; uid < 1100; ++uid) count += taken({.uid = uid}, 60);
    EXPECT_EQ(count, 100);
    EXPECT_EQ(taken({.uid = 1099}, 60, "other"), 50) << "another identity bears its own";
}

TEST_F(RequestLimits, AUsersBoundIsOverAllIdentities) {
    EXPECT_EQ(taken(one, 30, "ci") + taken(one, 30, "other"), 50);
}

TEST_F(RequestLimits, WhatTheIdentityCanNotBearIsNotTakenFromTheUser) {
    taken({.uid = 1001});
    taken({.uid = 1002});
    EXPECT_EQ(taken(one), 0);
    EXPECT_EQ(taken(one, 1000, "other"), 50);
}

TEST_F(RequestLimits, RootHasTheBoundOfTheIdentityForItself) {
    taken({.uid = 1001});
    taken({.uid = 1002});
    EXPECT_EQ(taken(root), 100);
    EXPECT_EQ(taken(one), 0);
    now += 1min;
    EXPECT_EQ(taken(one), 50) << "and takes nothing from the others";
}

TEST_F(RequestLimits, TheDaemonItselfIsNotCounted) {
    EXPECT_EQ(taken({}, 1000), 1000);
}

TEST_F(RequestLimits, NewLimitsHoldAtOnceAndTheSameOnesGoOn) {
    taken(one);
    set({});
    EXPECT_EQ(taken(one), 0);
    set({.new_scopes_per_minute = 6000, .new_scopes_burst = 5});
    EXPECT_EQ(taken(one), 5);
    now += 10ms;
    EXPECT_EQ(taken(one), 1);
}

TEST_F(RequestLimits, UsersAreRememberedUpToANumberAndTheRestShares) {
    set({.new_scopes_per_minute = 1, .new_scopes_burst = 10});
    for (unsigned uid = 1; uid <= request_limits::most_users; ++uid) // no identity bears them all
        ASSERT_TRUE(take({.uid = uid}, "identity " + std::to_string(uid)));
    EXPECT_EQ(all.users(), request_limits::most_users);
    EXPECT_EQ(taken({.uid = 100'000}, 10, "one") + taken({.uid = 100'001}, 10, "other"), 10);
    EXPECT_EQ(all.users(), request_limits::most_users);
    now += 1min; // those who took one are forgotten
    EXPECT_TRUE(take({.uid = 100'002}));
    EXPECT_LT(all.users(), request_limits::most_users);
}

TEST_F(RequestLimits, WhatIsSmallestAndLargestIsReckonedWith) {
    set({.new_scopes_per_minute = 60'000, .new_scopes_burst = 10'000});
    EXPECT_EQ(taken(one, 20'000), 10'000);
    now += 1ms;
    EXPECT_EQ(taken(one), 1);
    set({.new_scopes_per_minute = 1, .new_scopes_burst = 1});
    EXPECT_EQ(taken({.uid = 5}, 20, "other"), 1);
    now += 59s;
    EXPECT_EQ(taken({.uid = 5}, 20, "other"), 0);
    now += 1s;
    EXPECT_EQ(taken({.uid = 5}, 20, "other"), 1);
}

TEST_F(RequestLimits, ATokenThatIsRefusedBeyondThemIsAskedAboutOnceAMinute) {
    EXPECT_TRUE(all.take_validation("ci", 2, instant::min(), now)) << "never asked about";
    const instant last = now;
    EXPECT_FALSE(all.take_validation("ci", 2, last, now));
    now = last + 60s - 1ns;
    EXPECT_FALSE(all.take_validation("ci", 2, last, now));
    now = last + 60s;
    EXPECT_TRUE(all.take_validation("ci", 2, last, now));
}

// Their sum stays within what one user may cause, and each scope has its turn, whatever is asked for the
// others.
TEST_F(RequestLimits, QuestionsBeyondThemAboutManyScopesAreBoundedAndNoneIsLeftOut) {
    set({.new_scopes_per_minute = 60, .new_scopes_burst = 5});
    constexpr std::size_t scopes = 300;
    std::vector<instant> last(scopes, instant::min());
    std::size_t asked = 0;
    for (int second = 0; second <= 700; ++second, now += 1s)
        for (std::size_t i = scopes; i-- != 0;) { // the first comes last each time
            if (!all.take_validation("ci", scopes, last[i], now)) continue;
            last[i] = now;
            ++asked;
        }
    EXPECT_LE(asked, 5U + 700U);
    for (instant each : last) EXPECT_GE(each, now - 2 * 300s);
    EXPECT_TRUE(all.take_validation("other", 1, instant::min(), now)) << "each identity has its own";
}
