// What a caller's report about a token leads to, and what keeps reports from causing a login loop.
#include "daemon/core/lifecycle.hpp"

#include <algorithm>
#include <utility>

namespace tokenward {
namespace {

using namespace std::chrono_literals;

// So long without a refusal ends a row of refused generations.
duration calm(duration life) noexcept {
    return std::min<duration>(5min, life / 2);
}

// How long an answer of the IAM keeps further refusals of that token quiet. It is not longer after many false
// ones: the next may be true, and a dead token must not stay.
constexpr duration quiet = 5s;

} // namespace

refusal_step lifecycle::invalidate(instant now) {
    x_refused = x_held->fingerprint; // first: it needs memory
    ++x_refused_in_row;
    x_damped_until = instant::min();
    x_held.reset();
    x_fetch = 0; // its result may be as bad as the token: a late one is dropped
    x_validation = 0;
    if (!x_failure) x_next_try = now;
    return {.kind = refusal_kind::invalidated};
}

// Dead at the IAM means gone for callers at once; but an IAM that mints dead tokens gets no login per report:
// the next one waits.
refusal_step lifecycle::replace_dead(instant now) {
    duration pause = x_refused_in_row >= 2 ? back_off(x_refused_in_row - 1, 1.0) : duration(0);
    instant next = x_held->minted + pause;
    refusal_step gone = invalidate(now);
    if (next <= now) return gone;
    if (!x_failure) {
        x_failure =
            fetch_failure{{errc::iam_unavailable, "the IAM's tokens are dead soon after they are made: "
                                                  "the next login waits"}};
        x_failed_at = now;
    }
    x_next_try = std::max(x_next_try, next);
    return gone;
}

refusal_step lifecycle::damp(instant now) noexcept {
    auto left = std::chrono::ceil<std::chrono::seconds>(x_damped_until - now);
    return {.kind = refusal_kind::damped, .retry_after = std::max(left, 1s)};
}

refusal_kind lifecycle::would_report(std::string_view fingerprint, instant now) const noexcept {
    if (!usable(now))
        return fingerprint.empty() ? refusal_kind::nothing_held : refusal_kind::already_replaced;
    if (!fingerprint.empty() && fingerprint != x_held->fingerprint) return refusal_kind::already_replaced;
    if (x_validation != 0) return refusal_kind::wait_validation;
    if (now < x_damped_until) return refusal_kind::damped;
    // Was its predecessor refused as well? Then the caller, the region or the permissions may be what is
    // wrong.
    const bool in_a_row = x_refused_in_row != 0 && now - x_last_refusal < calm(x_granted_lifetime);
    return in_a_row ? refusal_kind::validate : refusal_kind::invalidated;
}

refusal_step lifecycle::report(std::string_view fingerprint, instant now, ticket fresh, refusal_right may) {
    x_asked = now;
    drop_expired(now);
    const refusal_kind kind = would_report(fingerprint, now);
    if (kind == refusal_kind::nothing_held || kind == refusal_kind::already_replaced) return {.kind = kind};
    x_last_refusal = now;
    switch (kind) {
    case refusal_kind::damped: return damp(now);
    case refusal_kind::wait_validation: x_routine = false; return {.kind = kind, .id = x_validation};
    case refusal_kind::invalidated:
        x_refused_in_row = 0;
        if (may == refusal_right::login) return invalidate(now);
        x_routine = true;
        break;
    default: x_routine = false;
    }
    x_validation = fresh;
    x_last_question = now;
    return {.kind = refusal_kind::validate, .id = fresh};
}

refusal_step lifecycle::validated(ticket id, validity verdict, instant now) {
    if (id == 0 || id != x_validation) return {.kind = refusal_kind::already_replaced};
    x_validation = 0;
    drop_expired(now);
    if (!x_held) return {.kind = refusal_kind::already_replaced};
    const bool routine = std::exchange(x_routine, false);
    if (verdict == validity::dead) return replace_dead(now);
    if (routine) return {.kind = refusal_kind::damped};
    x_damped_until = now + quiet;
    return damp(now);
}

} // namespace tokenward
