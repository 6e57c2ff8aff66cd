// The IAM's clock: which dates are believed.
#include "daemon/core/iam_clock.hpp"

#include <gtest/gtest.h>

namespace tokenward {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

struct iam_clock_bench {
    iam_clock clock;
    moment now{instant(1000s), sys_days(year(2026) / 1 / 1)};

    void step(duration by) {
        now.boot += by;
        now.wall += std::chrono::floor<wall_time::duration>(by);
    }
    bool says(duration ahead) {
        return clock.observe(now.wall + std::chrono::floor<wall_time::duration>(ahead), now);
    }
    /// How far ahead of ours it is, as far as it is known.
    duration ahead() const { return clock.time(now) - now.wall; }
};

TEST(IamClock, IsOursUntilAnAnswerSaysOtherwise) {
    iam_clock_bench b;
    EXPECT_EQ(b.ahead(), 0s);
    EXPECT_TRUE(b.says(10min));
    EXPECT_EQ(b.ahead(), 10min);
    b.step(1h);
    EXPECT_EQ(b.ahead(), 10min) << "it goes on";
}

TEST(IamClock, GoesOnWhenOursIsSet) {
    iam_clock_bench b;
    EXPECT_TRUE(b.says(0s));
    b.now.wall += 24h * 365;
    EXPECT_EQ(b.ahead(), -24h * 365);
    EXPECT_TRUE(b.clock.observe(b.now.wall - 24h * 365, b.now)) << "as it was, so no reason for doubts";
}

TEST(IamClock, OneDateTenDaysAheadIsNotBelieved) {
    iam_clock_bench b;
    EXPECT_TRUE(b.says(2s));
    EXPECT_FALSE(b.says(24h * 10));
    EXPECT_EQ(b.ahead(), 2s);
    EXPECT_TRUE(b.says(2s));
    EXPECT_FALSE(b.says(24h * 10)) << "those that agree must follow each other";
}

TEST(IamClock, ASecondAnswerThatAgreesIsBelieved) {
    iam_clock_bench b;
    EXPECT_FALSE(b.says(-24h * 10));
    EXPECT_EQ(b.ahead(), 0s);
    b.step(5min);
    EXPECT_TRUE(b.says(-24h * 10 + 1s));
    EXPECT_EQ(b.ahead(), -24h * 10 + 1s);
    EXPECT_TRUE(b.says(-24h * 10 + 5s)) << "near the last one";
    EXPECT_TRUE(b.says(0s)) << "near our clock";
}

TEST(IamClock, NearIsUpToNinetyMinutesAndAgreementUpToAMinute) {
    for (const auto sign : {1, -1}) {
        EXPECT_TRUE(iam_clock_bench().says(sign * 90min));
        EXPECT_FALSE(iam_clock_bench().says(sign * (90min + 1us)));
        for (const bool agrees : {true, false}) {
            iam_clock_bench b;
            EXPECT_FALSE(b.says(sign * 24h));
            EXPECT_EQ(b.says(sign * (24h + 1min + (agrees ? 0us : 1us))), agrees);
            EXPECT_EQ(b.clock.offset().has_value(), agrees);
        }
    }
}

TEST(IamClock, NearWhatItWasKnownToBeIsUpToNinetyMinutesToo) {
    for (const bool near : {true, false}) {
        iam_clock_bench b;
        EXPECT_FALSE(b.says(24h));
        EXPECT_TRUE(b.says(24h));
        EXPECT_EQ(b.says(24h + 90min + (near ? 0us : 1us)), near);
    }
}

TEST(IamClock, TheFirstDayThatThereIsIsBelieved) {
    iam_clock_bench b;
    b.now.wall = wall_time(1min);
    EXPECT_TRUE(b.clock.observe(wall_time(), b.now));
    EXPECT_FALSE(b.clock.observe(wall_time(-1us), b.now));
}

TEST(IamClock, TwoWrongDatesThatDifferAreNotBelieved) {
    iam_clock_bench b;
    EXPECT_FALSE(b.says(24h * 10));
    EXPECT_FALSE(b.says(24h * 11));
    EXPECT_FALSE(b.clock.offset());
}

TEST(IamClock, DatesThatNanosecondsDoNotReachAreNeverBelieved) {
    iam_clock_bench b;
    for (const wall_time date :
         {wall_time(sys_days(year(2262) / 4 / 12)), wall_time(sys_days(year(9999) / 12 / 31)),
          wall_time(sys_days(year(2200) / 1 / 1)), wall_time(-1s)}) {
        for (int i = 0; i < 3; ++i) EXPECT_FALSE(b.clock.observe(date, b.now));
        EXPECT_EQ(b.ahead(), 0s);
    }
    EXPECT_FALSE(b.clock.observe(iam_clock::latest - 1s, b.now));
    EXPECT_TRUE(b.clock.observe(iam_clock::latest - 1s, b.now))
        << "and the latest that they do, if two agree";
    EXPECT_EQ(b.clock.time(b.now), iam_clock::latest - 1s);
}

TEST(IamClock, WhatWasKeptOverARestartIsTakenUpIfItIsNearOurClock) {
    iam_clock_bench b;
    b.says(30s);
    const duration kept = *b.clock.offset();
    b.clock = {};
    b.step(10s);
    b.clock.restore(kept, b.now);
    EXPECT_EQ(b.ahead(), 30s);
}

TEST(IamClock, WhatWasKeptAndIsFarAwayIsBelievedWhenAnAnswerAgrees) {
    for (const duration agrees : {duration(24h * 10), duration(0s)}) {
        iam_clock_bench b;
        const duration ours = b.now.wall.time_since_epoch() - b.now.boot.time_since_epoch();
        b.clock.restore(ours + 24h * 10, b.now);
        EXPECT_EQ(b.ahead(), 0s);
        EXPECT_TRUE(b.says(agrees));
        EXPECT_EQ(b.ahead(), agrees);
    }
}

TEST(IamClock, AbsurdKeptOffsetsAreForgotten) {
    for (const duration absurd : {duration::max(), duration::min(), duration(-24h * 365 * 57)}) {
        iam_clock_bench b;
        b.clock.restore(absurd, b.now);
        EXPECT_FALSE(b.clock.offset());
        EXPECT_EQ(b.ahead(), 0s);
    }
}

} // namespace
} // namespace tokenward
