// A credential's life: gets, fetches and their ends, and the plan of what time brings. What callers' reports
// do to it is in lifecycle_reports.cpp.
#include "daemon/core/lifecycle.hpp"

#include <algorithm>
#include <utility>

namespace tokenward {
namespace {

using namespace std::chrono_literals;
constexpr duration renew_pause = 10s;         // between forced renewals
constexpr duration idle_without_token = 5min; // for so long a key without a token remembers recent refusals
constexpr duration clock_tolerance = 10s;     // Date's resolution plus network delay
constexpr duration longest_pause_of_machine = 24h * 366; // a larger difference means a wrong clock

std::chrono::seconds ceil_seconds(duration d) {
    return std::max(std::chrono::ceil<std::chrono::seconds>(d), 1s);
}

step fail(problem error) {
    return {.kind = step_kind::fail, .error = std::move(error)};
}
step serve(const credential* t) {
    return {.kind = step_kind::serve, .served = t};
}
step wait() {
    return {.kind = step_kind::wait};
}

step too_short(std::chrono::seconds min_ttl, duration life) {
    return fail({errc::bad_request, "min_ttl=" + std::to_string(min_ttl.count()) +
                                        " can't be met: the IAM's tokens live " +
                                        std::to_string(whole_seconds(life).count()) + " s; ask for less"});
}

} // namespace

step lifecycle::start(ticket fresh, purpose why) noexcept {
    x_fetch = fresh;
    x_purpose = why;
    return {.kind = step_kind::start_fetch, .id = fresh};
}

// There was a failure, and it is not time to try again.
step lifecycle::held_back(const get_request& wanted, instant now) const {
    if (x_failure->retry == retry_rule::back_off && x_next_try - now <= wanted.max_wait) return wait();
    problem error = x_failure->error;
    if (x_next_try != never) error.retry_after = ceil_seconds(x_next_try - now);
    return fail(std::move(error));
}

// The held token is good, but not for as long as the caller wants.
step lifecycle::would_freshen(const get_request& wanted, instant now) const {
    if (wanted.min_ttl >= x_granted_lifetime) return too_short(wanted.min_ttl, x_granted_lifetime);
    if (x_fetch != 0) return wait();
    if (backing_off(now)) return held_back(wanted, now);
    if (x_last_min_ttl && now - *x_last_min_ttl < x_granted_lifetime / 4) {
        problem error{errc::too_many_requests,
                      "a new token was fetched for min_ttl a moment ago; the held one lives " +
                          std::to_string(whole_seconds(x_expires - now).count()) + " s"};
        error.retry_after = ceil_seconds(*x_last_min_ttl + x_granted_lifetime / 4 - now);
        return fail(std::move(error));
    }
    return {.kind = step_kind::start_fetch};
}

step lifecycle::would_get(const get_request& wanted, instant now) const {
    if (usable(now)) {
        if (x_expires - now >= wanted.min_ttl) return serve(x_held.get());
        return would_freshen(wanted, now);
    }
    if (x_granted_lifetime > 0s && wanted.min_ttl >= x_granted_lifetime)
        return too_short(wanted.min_ttl, x_granted_lifetime);
    if (x_fetch != 0) return wait();
    if (backing_off(now)) return held_back(wanted, now);
    return {.kind = step_kind::start_fetch};
}

step lifecycle::get(const get_request& wanted, instant now, ticket fresh) {
    x_asked = now;
    drop_expired(now);
    step next = would_get(wanted, now);
    if (next.kind == step_kind::start_fetch) return start(fresh, x_held ? purpose::min_ttl : purpose::token);
    if (next.kind == step_kind::wait && x_fetch == 0) x_wanted_until = std::max(x_wanted_until, x_next_try);
    return next;
}

step lifecycle::after_fetch(const get_request& wanted, instant now) const {
    if (!usable(now)) return fail({errc::iam_unavailable, "the new token ended before it could be served"});
    if (wanted.min_ttl >= x_granted_lifetime) return too_short(wanted.min_ttl, x_granted_lifetime);
    return serve(x_held.get());
}

step lifecycle::would_renew(instant now) const {
    if (x_fetch != 0) return wait();
    if (backing_off(now)) return held_back({.max_wait = 0s}, now);
    if (x_last_renew && now - *x_last_renew < renew_pause) {
        problem error{errc::too_many_requests, "renewed a moment ago"};
        error.retry_after = ceil_seconds(*x_last_renew + renew_pause - now);
        return fail(std::move(error));
    }
    return {.kind = step_kind::start_fetch};
}

step lifecycle::renew(instant now, ticket fresh) {
    x_asked = now;
    step next = would_renew(now);
    if (next.kind == step_kind::start_fetch) return start(fresh, purpose::forced);
    if (next.kind == step_kind::wait && x_fetch == 0) x_wanted_until = std::max(x_wanted_until, x_next_try);
    return next;
}

lifecycle::fetch_outcome lifecycle::fetched(ticket id, fetch_result result, instant now, double jitter) {
    if (id == 0 || id != x_fetch) return fetch_outcome::dropped;
    x_fetch = 0;
    if (auto* failure = std::get_if<fetch_failure>(&result.outcome)) {
        failed(std::move(*failure), now, jitter);
        return fetch_outcome::failed;
    }
    credential_ptr fresh = std::get<std::shared_ptr<credential>>(std::move(result.outcome));
    if (fresh->fingerprint == x_refused) {
        failed({{errc::iam_protocol, "the IAM gave the refused token again"}}, now, jitter);
        return fetch_outcome::failed;
    }
    if (fresh->expires() - now < expiry_margin) {
        failed({{errc::iam_protocol, "the token had ended when it came"}}, now, jitter);
        return fetch_outcome::failed;
    }
    accept(std::move(fresh), now, jitter);
    if (x_purpose == purpose::min_ttl) x_last_min_ttl = now; // a failure has its own pause
    if (x_purpose == purpose::forced) x_last_renew = now;
    return fetch_outcome::token;
}

void lifecycle::accept(credential_ptr fresh, instant now, double jitter) {
    x_granted_lifetime = std::max(fresh->lifetime, fresh->granted);
    x_expires = fresh->expires();
    x_renew_at = fresh->minted + renewal_age(fresh->lifetime, jitter);
    if (fresh->renew_ahead) x_renew_at = x_expires - *fresh->renew_ahead;
    if (!fresh->renewable) x_renew_at = never;
    x_held = std::move(fresh);
    x_failure.reset();
    x_failures = 0;
    x_next_try = now;
    x_validation = 0;
    x_damped_until = instant::min(); // the IAM's answer was about another token
    validate_every(x_validate_pause, now);
}

void lifecycle::validate_every(duration pause, instant now) noexcept {
    x_validate_pause = pause;
    x_validate_at = pause > 0s ? now + pause : never;
}

void lifecycle::failed(fetch_failure failure, instant now, double jitter) {
    drop_expired(now);
    ++x_failures;
    x_next_try = next_try(now, failure, x_failures, jitter, x_held ? x_expires : never);
    x_failure = std::move(failure);
    x_failed_at = now;
}

void lifecycle::drop_expired(instant now) noexcept {
    if (x_held != nullptr && !usable(now)) x_held.reset();
}

// A fetch that failed before the renewal's time (for min_ttl, or a forced one) is retried at that time, or
// sooner if a caller waits for it.
instant lifecycle::renewal_due() const noexcept {
    if (retry_awaited()) return x_next_try;
    return x_failure ? std::max(x_renew_at, x_next_try) : x_renew_at;
}

lifecycle::schedule lifecycle::plan(instant now) const noexcept {
    schedule next;
    if (x_held) next.end = x_expires - expiry_margin + 1ns; // exactly when usable() turns false
    if (x_fetch != 0) return next;
    if (usable(now)) {
        next.fetch = renewal_due();
        next.retires = !x_configured && std::max(now, next.fetch) - x_asked >= 2 * x_granted_lifetime;
        next.retries = x_failure && (retry_awaited() || now >= x_renew_at);
        if (x_validation == 0) next.validation = x_validate_at;
        return next;
    }
    next.fetch = x_failure ? x_next_try : now;
    next.retires = !wanted();
    next.retries = x_failure && !next.retires;
    if (next.retires && next.fetch != never) next.fetch = std::max(next.fetch, x_asked + idle_without_token);
    return next;
}

due_kind lifecycle::due(instant now, ticket fresh) {
    drop_expired(now);
    const schedule next = plan(now);
    if (next.fetch <= now) {
        if (next.retires) return due_kind::retire;
        // Before the renewal's time it is the retry of a get with min_ttl, whose caller waits.
        start(fresh, x_held && now < x_renew_at ? purpose::min_ttl : purpose::token);
        return due_kind::fetch;
    }
    if (next.validation > now) return due_kind::nothing;
    x_validate_at = now + x_validate_pause;
    x_validation = fresh;
    x_last_validation = now;
    x_routine = true;
    return due_kind::validate;
}

instant lifecycle::next_deadline(instant now) const noexcept {
    const schedule next = plan(now);
    return std::min({next.end, next.fetch, next.validation});
}

void lifecycle::rearm(instant now) noexcept {
    if (!x_failure || x_failure->retry != retry_rule::rearm) return;
    x_failure.reset();
    x_failures = 0;
    x_next_try = now;
}

void lifecycle::clock_jumped(instant now) noexcept {
    if (x_held) x_renew_at = std::min(x_renew_at, now);
    if (x_failure && x_failure->retry == retry_rule::back_off) x_next_try = std::min(x_next_try, now);
}

void lifecycle::observe_iam_clock(wall_time iam_now, instant now) noexcept {
    if (!x_held || !x_held->iam_date) return;
    // Both are spans between the same two moments: only a pause of this machine makes the IAM's longer. If
    // Date differs from the IAM's own clock (a gateway sets it), it does so in both and cancels out.
    const duration theirs = between(*x_held->iam_date, iam_now);
    const duration ours = now - x_held->minted;
    const duration paused = minus(theirs, ours);
    if (paused <= clock_tolerance || paused > longest_pause_of_machine) return;
    x_expires = std::min(x_expires, x_held->expires() - paused);
    x_renew_at = std::min(x_renew_at, now);
    drop_expired(now);
}

key_status lifecycle::status(instant now) const noexcept {
    const schedule next = plan(now);
    const bool rejected = x_failure && x_failure->retry == retry_rule::rearm;
    key_status s;
    if (x_failure) {
        s.last_error = &x_failure->error;
        s.failed_at = x_failed_at;
    }
    if (next.retries && next.fetch != never) s.next_try = next.fetch;
    if (usable(now)) {
        s.held = x_held.get();
        s.expires = x_expires;
        if (next.fetch != never) s.renews = next.fetch;
        // Before the renewal is due the token is not stale, though a min_ttl or forced renewal has failed.
        const bool stale = x_failure && (rejected || now >= x_renew_at);
        s.state = x_fetch != 0 ? key_state::renewing : stale ? key_state::stale : key_state::valid;
        return s;
    }
    const bool needs_person = rejected && x_failure->error.code == errc::passcode_required;
    s.state = x_fetch != 0   ? key_state::fetching
              : needs_person ? key_state::passcode
              : rejected     ? key_state::rejected
              : x_failure    ? key_state::failed
                             : key_state::waiting;
    return s;
}

} // namespace tokenward
