// When a token is renewed and a failure is tried again.
#include "daemon/core/renewal.hpp"

#include "tests/unit/core/make_token.hpp"

#include <gtest/gtest.h>

using namespace tokenward;
using namespace tokenward::testing;

TEST(Renewal, StartsAtTwoThirdsOfTheLifeAndLeavesAQuarter) {
    for (duration life : {duration(10s), duration(3600s), duration(24h)}) {
        EXPECT_EQ(renewal_age(life, 0.0), life * 2 / 3);
        EXPECT_LE(renewal_age(life, 0.9999), life * 3 / 4);
        EXPECT_GT(renewal_age(life, 0.9999), renewal_age(life, 0.0));
    }
}

TEST(Renewal, MachinesOfAFleetSpreadOverASixteenthOfTheLife) {
    EXPECT_NEAR(std::chrono::duration<double>(renewal_age(24h, 1.0) - renewal_age(24h, 0.0)).count(), 5400.0,
                1.0);
}

TEST(BackOff, DoublesFromOneSecondToFiveMinutes) {
    EXPECT_EQ(back_off(1, 1.0), 1s);
    EXPECT_EQ(back_off(2, 1.0), 2s);
    EXPECT_EQ(back_off(8, 1.0), 128s);
    EXPECT_EQ(back_off(10, 1.0), 300s);
    EXPECT_EQ(back_off(4'000'000'000U, 1.0), 300s);
    EXPECT_EQ(back_off(1, 0.0), 800ms);
}

TEST(BackOff, IsNeverZero) {
    for (unsigned n = 0; n < 40; ++n) EXPECT_GE(back_off(n, 0.0), 800ms) << n;
}

TEST(NextTry, WaitsAsTheIamSays) {
    fetch_failure busy{{errc::iam_unavailable, "", 90s}};
    EXPECT_EQ(next_try(t0, busy, 1, 1.0, never), t0 + 90s);
}

TEST(NextTry, OfASourceThatPacesItselfIsSoonHoweverOftenItFailed) {
    fetch_failure silent{{errc::iam_unavailable, ""}};
    silent.paced = true;
    EXPECT_EQ(next_try(t0, silent, 1, 1.0, never), t0 + 2s);
    EXPECT_EQ(next_try(t0, silent, 1000, 1.0, never), t0 + 2s);
    silent.error.retry_after = 90s;
    EXPECT_EQ(next_try(t0, silent, 1000, 1.0, never), t0 + 90s);
}

TEST(NextTry, NeverPassesTheEndOfAHeldTokenWithoutATry) {
    fetch_failure busy{{errc::iam_unavailable, "", 3000s}};
    EXPECT_EQ(next_try(t0, busy, 1, 1.0, t0 + 100s), t0 + 98s);
    EXPECT_EQ(next_try(t0, busy, 12, 1.0, t0 + 2s), t0 + 1s); // not at once, though: no hot loop
    EXPECT_EQ(next_try(t0, busy, 12, 1.0, t0), t0 + 3000s);   // nothing is held any more
}

TEST(NextTry, IsBroughtForwardOnlyWhereItWouldComeInTheLastTwoSeconds) {
    const fetch_failure busy{{errc::iam_unavailable, "", 98s}};
    EXPECT_EQ(next_try(t0, busy, 1, 1.0, t0 + 100s), t0 + 98s);
    EXPECT_EQ(next_try(t0, busy, 1, 1.0, t0 + 100s - 1ns), t0 + 98s - 1ns);
    EXPECT_EQ(next_try(t0, busy, 1, 1.0, t0 + 100s + 1ns), t0 + 98s);
    EXPECT_EQ(next_try(t0, busy, 1, 1.0, t0 + 1ns), t0 + 1s) << "one is held until the next tick";
}

TEST(NextTry, IsNeverForARefusedCredential) {
    fetch_failure refused{{errc::credential_rejected, ""}, retry_rule::rearm};
    EXPECT_EQ(next_try(t0, refused, 1, 0.5, never), never);
}

TEST(NextTry, RemembersAScopeThatIsNotThereForAMinuteAndNoLonger) {
    for (errc code : {errc::unknown_scope, errc::no_such_resource}) {
        fetch_failure unknown{{code, ""}, retry_rule::remember};
        EXPECT_EQ(next_try(t0, unknown, 1, 0.0, never), t0 + 60s);
        EXPECT_EQ(next_try(t0, unknown, 9, 0.0, never), t0 + 60s);
        EXPECT_EQ(next_try(t0, unknown, 9, 1.0, never), t0 + 66s);
    }
}

TEST(NextTry, RemembersOtherAnswersLongerEachTime) {
    fetch_failure strange{{errc::iam_protocol, ""}, retry_rule::remember};
    EXPECT_EQ(next_try(t0, strange, 1, 0.0, never), t0 + 60s);
    EXPECT_EQ(next_try(t0, strange, 9, 0.0, never), t0 + 300s);
}
