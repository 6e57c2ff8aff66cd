// Believes or doubts the dates of the IAM's answers.
#include "daemon/core/iam_clock.hpp"

namespace tokenward {
namespace {

using wall_span = wall_time::duration; // microseconds: differences of any two dates fit

bool are_within(wall_time a, wall_time b, wall_span most) noexcept {
    return a < b ? b - a <= most : a - b <= most;
}

wall_time date_of(duration offset, instant at) noexcept {
    return wall_time(std::chrono::floor<wall_span>(offset) +
                     std::chrono::floor<wall_span>(at.time_since_epoch()));
}

bool is_sane(wall_time date) noexcept {
    return date >= wall_time() && date < iam_clock::latest;
}

} // namespace

bool iam_clock::observe(wall_time date, const moment& at) noexcept {
    if (!is_sane(date)) return false;
    const duration offset = date.time_since_epoch() - at.boot.time_since_epoch();
    const bool expected = are_within(date, at.wall, far) ||
                          (x_offset && are_within(date, date_of(*x_offset, at.boot), far)) ||
                          (x_doubted && are_within(date, date_of(*x_doubted, at.boot), agreement));
    x_doubted.reset();
    (expected ? x_offset : x_doubted) = offset;
    return expected;
}

void iam_clock::restore(duration offset, const moment& at) noexcept {
    const wall_time date = date_of(offset, at.boot);
    if (is_sane(date)) (are_within(date, at.wall, far) ? x_offset : x_doubted) = offset;
}

wall_time iam_clock::time(const moment& at) const noexcept {
    return x_offset ? date_of(*x_offset, at.boot) : at.wall;
}

} // namespace tokenward
