// What a caller's report about a token leads to, and what keeps reports from causing a login loop.
#include "daemon/core/lifecycle.hpp"

#include <algorithm>
#include <utility>

namespace tokenward {
namespace {

using namespace std::chrono_literals;

// After so long without a report, the next one begins a new row of refused generations.
duration calm(duration life) noexcept {
    return std::min<duration>(5min, life / 2);
}

// After an answer of the IAM, reports about that token are damped for so long. The pause does not grow with
// false reports: the next may be true, and a dead token must not stay.
constexpr duration damping_pause = 5s;

} // namespace

report_step lifecycle::invalidate(instant now) {
    x_refused = x_held->fingerprint; // first: it may throw std::bad_alloc
    ++x_refused_in_row;
    x_damped_until = instant::min();
    x_held.reset();
    x_fetch = 0; // its result may be as bad as the token: a late one is dropped
    x_validation = 0;
    if (!x_failure) x_next_try = now;
    return {.kind = report_result::invalidated};
}

// A token that is dead at the IAM is dropped at once. If the IAM keeps issuing tokens that are soon dead, the
// next login waits, so that reports don't cause a login each.
report_step lifecycle::replace_dead(instant now) {
    duration pause = x_refused_in_row >= 2 ? back_off(x_refused_in_row - 1, 1.0) : duration(0);
    instant next = x_held->minted + pause;
    report_step gone = invalidate(now);
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

report_step lifecycle::damp(instant now) noexcept {
    auto left = std::chrono::ceil<std::chrono::seconds>(x_damped_until - now);
    return {.kind = report_result::damped, .retry_after = std::max(left, 1s)};
}

report_result lifecycle::would_report(std::string_view fingerprint, instant now) const noexcept {
    if (!usable(now))
        return fingerprint.empty() ? report_result::nothing_held : report_result::already_replaced;
    if (!fingerprint.empty() && fingerprint != x_held->fingerprint) return report_result::already_replaced;
    if (x_validation != 0) return report_result::wait_validation;
    if (now < x_damped_until) return report_result::damped;
    // If the predecessor was reported too, the caller, the region or the permissions may be wrong instead.
    const bool in_a_row = x_refused_in_row != 0 && now - x_last_refusal < calm(x_granted_lifetime);
    return in_a_row ? report_result::validate : report_result::invalidated;
}

report_step lifecycle::report(std::string_view fingerprint, instant now, ticket fresh, report_effect may) {
    x_asked = now;
    drop_expired(now);
    const report_result kind = would_report(fingerprint, now);
    if (kind == report_result::nothing_held || kind == report_result::already_replaced) return {.kind = kind};
    x_last_refusal = now;
    switch (kind) {
    case report_result::damped: return damp(now);
    case report_result::wait_validation: x_routine = false; return {.kind = kind, .id = x_validation};
    case report_result::invalidated:
        x_refused_in_row = 0;
        if (may == report_effect::login) return invalidate(now);
        x_routine = true;
        break;
    default: x_routine = false;
    }
    x_validation = fresh;
    x_last_validation = now;
    return {.kind = report_result::validate, .id = fresh};
}

report_step lifecycle::validated(ticket id, validity verdict, instant now) {
    if (id == 0 || id != x_validation) return {.kind = report_result::already_replaced};
    x_validation = 0;
    drop_expired(now);
    if (!x_held) return {.kind = report_result::already_replaced};
    const bool routine = std::exchange(x_routine, false);
    if (verdict == validity::dead) return replace_dead(now);
    if (routine) return {.kind = report_result::damped};
    x_damped_until = now + damping_pause;
    return damp(now);
}

} // namespace tokenward
