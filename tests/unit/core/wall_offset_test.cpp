// A machine that was paused is told from a clock that was set.
#include "daemon/core/wall_offset.hpp"

#include <gtest/gtest.h>

using namespace tokenward;
using namespace std::chrono_literals;

namespace {

constexpr moment start{instant(1000h), wall_time(1'800'000'000s)};

moment later(std::chrono::seconds boot, std::chrono::seconds wall) {
    return {start.boot + boot, start.wall + wall};
}

} // namespace

TEST(WallOffset, ARunAheadOfMoreThanTenSecondsIsAPause) {
    wall_offset clocks;
    EXPECT_EQ(clocks.observe(start), 0s);
    EXPECT_EQ(clocks.observe(later(60s, 70s)), 0s);
    EXPECT_EQ(clocks.observe(later(61s, 82s)), 11s);
    EXPECT_EQ(clocks.observe(later(62s, 83s)), 0s) << "told once";
    EXPECT_EQ(clocks.observe(later(63s, 0s)), 0s) << "a clock that is set back is no pause";
}

TEST(WallOffset, StepsAreKeptWhenTheyAddUpToMoreThanFiveSeconds) {
    wall_offset clocks;
    EXPECT_FALSE(clocks.should_be_kept());
    clocks.observe(start);
    clocks.observe(later(1s, 6s));
    EXPECT_FALSE(clocks.should_be_kept());
    clocks.observe(later(2s, 8s));
    EXPECT_TRUE(clocks.should_be_kept());
    EXPECT_FALSE(clocks.should_be_kept());
    clocks.observe(later(3s, 3s));
    EXPECT_TRUE(clocks.should_be_kept()) << "backwards too";
}

TEST(WallOffset, APauseOverARestartIsSeen) {
    wall_offset clocks;
    clocks.observe(start);
    wall_offset after;
    after.restore(clocks.seen());
    EXPECT_EQ(after.observe(later(1s, 61s)), 60s);
}
