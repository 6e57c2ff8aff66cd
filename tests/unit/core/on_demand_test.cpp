// The life of a key that is not configured: it ends when nobody asks any more.
#include "daemon/core/lifecycle.hpp"

#include "tests/unit/core/make_token.hpp"

#include <gtest/gtest.h>

using namespace tokenward;
using namespace tokenward::testing;

TEST(OnDemandLifecycle, RetiresWhenNobodyAskedForTwoLifetimes) {
    lifecycle life(false, t0);
    ticket last = 1;
    life.get({}, t0, last);
    life.fetched(last, good("0", t0), t0, 0.0);
    int renewals = 0;
    instant now = t0;
    while (true) {
        now = life.next_deadline(now);
        ASSERT_LT(now, t0 + 24h) << "renewed for ever";
        due_kind d = life.due(now, ++last);
        if (d == due_kind::retire) break;
        if (d != due_kind::fetch) continue;
        ++renewals;
        life.fetched(last, good(std::to_string(renewals), now), now, 0.0);
    }
    EXPECT_EQ(renewals, 2); // at 2/3 and 4/3; at 6/3 nobody has asked for two lifetimes
}

TEST(OnDemandLifecycle, IsNotRetriedForAnybodyWhoHasGone) {
    lifecycle life(false, t0);
    life.get({.max_wait = 0s}, t0, 1);
    life.fetched(1, bad(), t0, 0.0);
    EXPECT_FALSE(life.status(t0 + 1min).next_try);
    EXPECT_EQ(life.due(t0 + 1min, 2), due_kind::nothing);
    EXPECT_EQ(life.due(life.next_deadline(t0 + 1min), 3), due_kind::retire);
}
