// Which passcode may be sent next, and when.
#include "daemon/core/passcode_step.hpp"

#include <algorithm>

namespace tokenward {

passcode_step next_passcode_step(wall_time iam_now, std::chrono::seconds period,
                                 std::optional<std::int64_t> spent) noexcept {
    passcode_step next{.step = std::chrono::floor<std::chrono::seconds>(iam_now).time_since_epoch() / period};
    if (!spent || *spent < next.step) return next;
    next.disbelieved = *spent - 1 > next.step;
    const wall_time begins((next.step + 1) * period);
    next.wait = std::min<duration>(begins - iam_now, period);
    return next;
}

} // namespace tokenward
