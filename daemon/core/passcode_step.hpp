// Which passcode of virtual MFA (RFC 6238) may be sent next. Pure: the time is an argument.
#pragma once

#include "common/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace tokenward {

struct passcode_step {
    std::int64_t step = 0; ///< the IAM's present one
    duration wait{};       ///< 0: its passcode may be sent; else ask again after that, a period at the most
    bool disbelieved = false; ///< `spent` can't be true: `step` takes its place, and the log is told
};

/// `spent`: the step of the last passcode that was sent, by the IAM's clock as it was known then. One that is
/// more than one step ahead of the present is the trace of a wrong clock. Whether the present step's passcode
/// was sent is not known then, so that the next one's is waited for. REQUIRES: period > 0.
passcode_step next_passcode_step(wall_time iam_now, std::chrono::seconds period,
                                 std::optional<std::int64_t> spent) noexcept;

} // namespace tokenward
