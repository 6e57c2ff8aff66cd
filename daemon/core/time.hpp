// The two clocks as types; the core never reads them, it is told.
#pragma once

#include <chrono>

namespace tokenward {

/// CLOCK_BOOTTIME: monotonic, goes on in suspend, untouched by steps of the wall clock. It has no now() here:
/// whoever does I/O reads it (daemon/clock.hpp), and tests step it.
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

/// Whole seconds, rounded down.
constexpr std::chrono::seconds whole_seconds(duration d) noexcept {
    return std::chrono::floor<std::chrono::seconds>(d);
}

} // namespace tokenward
