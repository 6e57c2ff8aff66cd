// The two clocks as types; the core never reads them, it is told.
#pragma once

#include <chrono>

namespace tokenward {

/// CLOCK_BOOTTIME: monotonic, goes on in suspend, untouched by steps of the wall clock. It has no now() here:
/// whoever does I/O reads it (daemon/base/clock.hpp), and tests step it.
struct boot_clock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<boot_clock>;
    static constexpr bool is_steady = true;
};

using instant = boot_clock::time_point;
using duration = boot_clock::duration;

/// A date, as in the IAM's answers and in what people see; nothing is decided on ours alone.
using wall_time = std::chrono::sys_time<std::chrono::microseconds>;

/// Both clocks, read together.
struct moment {
    instant boot;
    wall_time wall;
};

constexpr instant never = instant::max();

/// a − b; what a duration can't hold is the longest there is, or the shortest.
constexpr duration minus(duration a, duration b) noexcept {
    if (b < duration::zero()) return a > duration::max() + b ? duration::max() : a - b;
    return a < duration::min() + b ? duration::min() : a - b;
}

/// How far `to` lies after `from`, likewise: a duration holds 292 years, and an IAM may say any date.
constexpr duration between(wall_time from, wall_time to) noexcept {
    using span = wall_time::duration;
    constexpr span longest = std::chrono::floor<span>(duration::max());
    const span a = to.time_since_epoch();
    const span b = from.time_since_epoch();
    if (b < span::zero() ? a > span::max() + b : a < span::min() + b)
        return b < span::zero() ? duration::max() : duration::min();
    if (a - b > longest) return duration::max();
    return a - b < -longest ? duration::min() : duration(a - b);
}

/// What a wall clock is ahead of CLOCK_BOOTTIME, likewise.
constexpr duration offset_of(wall_time wall, instant boot) noexcept {
    return minus(between(wall_time{}, wall), boot.time_since_epoch());
}

/// Whole seconds, rounded down.
constexpr std::chrono::seconds whole_seconds(duration d) noexcept {
    return std::chrono::floor<std::chrono::seconds>(d);
}

} // namespace tokenward
