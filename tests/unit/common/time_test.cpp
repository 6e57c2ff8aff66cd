// Times that lie further apart than a duration holds.
#include "common/time.hpp"

#include <gtest/gtest.h>

using namespace tokenward;

namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

} // namespace

TEST(Times, WhatADurationHoldsIsExact) {
    const wall_time from(1'800'000'000s);
    EXPECT_EQ(between(from, from), 0s);
    EXPECT_EQ(between(from, from + 1us), 1us);
    EXPECT_EQ(between(from, wall_time{}), -1'800'000'000s);
    EXPECT_EQ(offset_of(from, instant(1000h)), 1'800'000'000s - 1000h);
}

TEST(Times, WhatIsLongerIsTheLongestThereIs) {
    const wall_time millennia = sys_days(year(9999) / 12 / 31);
    EXPECT_EQ(between(wall_time{}, millennia), duration::max());
    EXPECT_EQ(between(millennia, wall_time{}), duration::min());
    EXPECT_EQ(between(wall_time::min(), wall_time::max()), duration::max());
    EXPECT_EQ(between(wall_time::max(), wall_time::min()), duration::min());
    EXPECT_EQ(offset_of(wall_time::max(), instant(-1h)), duration::max());
    EXPECT_EQ(offset_of(wall_time::min(), instant(1h)), duration::min());
    EXPECT_EQ(minus(duration::max(), duration(-1)), duration::max());
    EXPECT_EQ(minus(duration::min(), duration(1)), duration::min());
    EXPECT_EQ(minus(duration::max(), duration::max()), 0s);
}
