// What of a token's life outlives a restart; see lifecycle.hpp.
#include "daemon/core/lifecycle.hpp"

#include <algorithm>
#include <utility>

namespace tokenward {

kept_life lifecycle::keep() const {
    return {.held = x_token,
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
    x_token = std::move(kept.held);
    x_life = std::max(x_token->lifetime, x_token->granted);
    x_expires = std::min(kept.expires, x_token->expires());
    x_renew_at = kept.renew_at;
    x_next_try = now;
    validate_every(x_validate_pause, now);
    drop_expired(now);
}

} // namespace tokenward
