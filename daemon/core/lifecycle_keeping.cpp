// The parts of a key's state that outlive a restart or an eviction: kept state and remembered failures.
#include "daemon/core/lifecycle.hpp"

#include <algorithm>
#include <utility>

namespace tokenward {

kept_life lifecycle::keep() const {
    return {.held = x_held,
            .expires = x_expires,
            .renew_at = x_renew_at,
            .refused = x_refused,
            .refused_in_row = x_refused_in_row,
            .last_refusal = x_last_refusal};
}

void lifecycle::restore(kept_life kept, instant now) noexcept {
    x_refused = std::move(kept.refused);
    x_refused_in_row = kept.refused_in_row;
    x_last_refusal = std::min(kept.last_refusal, now);
    if (!kept.held || kept.held->fingerprint == x_refused) return;
    x_held = std::move(kept.held);
    x_granted_lifetime = std::max(x_held->lifetime, x_held->granted);
    x_expires = std::min(kept.expires, x_held->expires());
    x_renew_at = kept.renew_at;
    x_next_try = now;
    validate_every(x_validate_pause, now);
    drop_expired(now);
}

std::optional<remembered_failure> lifecycle::remembered(instant now) const {
    const bool lasts = !x_held && x_failure && x_failure->retry == retry_rule::remember && x_next_try > now;
    if (!lasts) return std::nullopt;
    return remembered_failure{*x_failure, x_failures, x_failed_at, x_next_try};
}

void lifecycle::recall(remembered_failure before) {
    x_failure = std::move(before.failure);
    x_failures = before.failures;
    x_failed_at = before.failed_at;
    x_next_try = before.next_try;
}

} // namespace tokenward
