// Which secret is next, and what a caller is told if all are refused.
#include "daemon/core/login_round.hpp"

#include <utility>

namespace tokenward {

login_round::login_round(flow_context& flow, scope target, std::shared_ptr<const secret> passcode)
    : x_flow(flow), x_target(std::move(target)), x_passcode(std::move(passcode)) {}

login_step login_round::resume(login_event& event, const login_time& now) {
    switch (x_stage) {
    case stage::begun: x_stage = stage::reading; return {.what = login_step::action::read_secrets};
    case stage::reading: {
        auto& all = std::get<secrets_read>(event);
        if (!all) {
            x_unreadable = all.error();
            x_outcome.answer.result = login_failures::unreadable(all.error());
            break;
        }
        x_flow.state.take_secrets(*all);
        for (login_secret& each : *all) x_all.push_back({.with = std::move(each)});
        return try_next(now);
    }
    case stage::logging_in:
    case stage::logging_in_unscoped: {
        login_step next = x_attempt->resume(event, now);
        if (next.what != login_step::action::done) return next;
        x_outcome = std::move(x_attempt->outcome());
        if (x_stage == stage::logging_in_unscoped) break;
        return after_attempt(now);
    }
    case stage::done: break;
    }
    x_stage = stage::done;
    return {};
}

bool login_round::is_rejected(const candidate& which) const noexcept {
    const login_state& state = x_flow.state;
    return !x_passcode && state.guard.refusals(state.who, which.with.digest) >= lockout_guard::most_refusals;
}

bool login_round::may_be_tried(const candidate& which) const noexcept {
    if (which.is_over || is_rejected(which)) return false;
    return !which.scope_refused || (x_settles && !x_flow.state.wants_scope);
}

login_step login_round::begin_attempt(scope target, const login_time& now) {
    const bool others_follow = !x_passcode && !x_settles && x_all.size() > 1;
    x_attempt.emplace(x_flow, x_all[x_at].with, std::move(target),
                      login_manner{.passcode = x_passcode, .others_follow = others_follow});
    return start_part(*x_attempt, now);
}

login_step login_round::try_next(const login_time& now) {
    x_stage = stage::logging_in;
    for (std::size_t seen = 0; seen < x_all.size(); ++seen, ++x_next) {
        if (x_next == x_all.size()) {
            x_next = 0;
            x_settles = true;
        }
        if (!may_be_tried(x_all[x_next])) continue;
        x_at = x_next++;
        return begin_attempt(x_all[x_at].scope_refused ? scope{} : x_target, now);
    }
    if (!x_refusal) return begin_attempt(x_target, now); // the guard says why
    x_stage = stage::done;
    x_outcome.settling = false;
    x_outcome.answer.about_secret = secret_verdict::refused;
    x_outcome.answer.result = std::move(*x_refusal);
    return {};
}

login_step login_round::after_attempt(const login_time& now) {
    candidate& last = x_all[x_at];
    x_outcome.settling |= last.scope_refused;
    if (x_outcome.settling && is_not_understood(x_outcome.answer)) {
        x_flow.state.wants_scope = true;
        x_next = x_at; // for the scope, unless that was refused
        return try_next(now);
    }
    if (x_outcome.answer.about_secret != secret_verdict::refused || x_passcode) {
        x_stage = stage::done;
        return {};
    }
    keep_refusal();
    if (x_outcome.sent && !x_outcome.settling && x_target.kind != scope_kind::unscoped)
        last.scope_refused = true;
    else
        last.is_over = x_outcome.sent || x_outcome.held_back;
    return try_next(now);
}

// That a secret has to wait comes before that another is rejected, and the IAM's words on the scope before
// ours.
void login_round::keep_refusal() {
    const bool says_more = x_outcome.sent && !x_outcome.settling && !x_is_held_back;
    if (x_refusal && !x_outcome.held_back && !says_more) return;
    x_is_held_back = x_outcome.held_back;
    x_refusal = std::move(x_outcome.answer.result);
}

login_step login_round::retry_with_scope(scope target, const login_time& now) {
    x_target = std::move(target);
    x_stage = stage::logging_in;
    return begin_attempt(x_target, now);
}

login_step login_round::log_in_unscoped(const login_time& now) {
    x_stage = stage::logging_in_unscoped;
    return begin_attempt({}, now);
}

} // namespace tokenward
