// What time it is at the IAM, as the `Date` of its answers shows it. Pure: our clocks are arguments.
#pragma once

#include "common/time.hpp"

#include <chrono>
#include <optional>

namespace tokenward {

/// One answer with a wrong date must not spoil passcodes and lives for as long as it is wrong. So a date that
/// is far from both what the IAM's clock was known to be and our own clock is believed only when another
/// answer agrees.
class iam_clock {
  public:
    /// More than that apart is far. Our clock may be an hour off for want of summer time.
    static constexpr std::chrono::minutes far{90};
    /// Two dates that are no further apart than that, the time between them taken off, agree.
    static constexpr std::chrono::minutes agreement{1};
    /// Later dates, and those before 1970, are not believed whoever agrees: nanoseconds reach until 2262.
    static constexpr wall_time latest = std::chrono::sys_days(std::chrono::year(2200) / 1 / 1);

    /// Takes the date of an answer that came at `at`. Returns whether it is believed.
    bool observe(wall_time date, const moment& at) noexcept;

    /// The IAM's wall clock at our boot instant 0, if it is known.
    const std::optional<duration>& offset() const noexcept { return x_offset; }
    /// Takes up what offset() was before a restart. One that is far from our clock is doubted like a date.
    void restore(duration offset, const moment& at) noexcept;

    /// The IAM's clock at `at`, up to a second behind; ours as long as it is not known.
    wall_time time(const moment& at) const noexcept;

  private:
    std::optional<duration> x_offset;
    std::optional<duration> x_doubted; // what one answer has said
};

} // namespace tokenward
