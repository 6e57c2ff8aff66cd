// How far CLOCK_REALTIME is ahead of CLOCK_BOOTTIME, which tells whether the machine was paused. Pure.
#pragma once

#include "common/time.hpp"

#include <chrono>
#include <optional>

namespace tokenward {

/// Both clocks run alike but for steps of the wall clock. A machine that was paused or restored finds it far
/// ahead.
class wall_offset {
  public:
    /// How far the wall clock has run ahead since the last call, if that is so far that the machine must have
    /// been paused; else 0.
    duration observe(const moment& now) noexcept {
        const duration offset = offset_of(now.wall, now.boot);
        const duration ahead = x_seen ? minus(offset, *x_seen) : duration(0);
        x_seen = offset;
        if (!x_kept) x_kept = offset;
        return ahead > longest_step ? ahead : duration(0);
    }
    /// Whether it has changed so much since the last `true` that it is to be kept: small steps add up until
    /// the next start would take them for a pause.
    bool should_be_kept() noexcept {
        const duration step = x_seen && x_kept ? minus(*x_seen, *x_kept) : duration(0);
        if (step <= longest_unkept && step >= -longest_unkept) return false;
        x_kept = x_seen;
        return true;
    }

    /// As last seen; none before the first call.
    std::optional<duration> seen() const noexcept { return x_seen; }
    /// As it was before a restart.
    void restore(std::optional<duration> seen) noexcept { x_seen = x_kept = seen; }

  private:
    static constexpr duration longest_step = std::chrono::seconds(10);
    static constexpr duration longest_unkept = std::chrono::seconds(5);

    std::optional<duration> x_seen;
    std::optional<duration> x_kept;
};

} // namespace tokenward
