// The sequences of steps with one login, or none: for a scope, with an application credential, with a given
// token, with a passcode.
#include "daemon/core/login_sequences.hpp"

#include "daemon/core/renewal.hpp"
#include "daemon/core/scope_match.hpp"

#include <utility>

namespace tokenward {
namespace {

using action = login_step::action;

/// Whether an application credential's token is for `target`. The request named no scope, so the token must.
bool is_for(const token& granted, const scope& target) {
    if (target.kind == scope_kind::unscoped) return true;
    return (granted.project || granted.domain) &&
           compare_scope(granted, target) != scope_agreement::contradicts;
}

} // namespace

scope_login_sequence::scope_login_sequence(flow_context& flow, scope target, duration at_least)
    : x_flow(flow), x_state(flow.state), x_target(std::move(target)), x_at_least(at_least) {}

login_step scope_login_sequence::resume(login_event& event, const login_time& now) {
    login_step next;
    switch (x_stage) {
    case stage::begun: return begin(now);
    case stage::queued: x_flow.has_parent_turn = true; return proceed(now);
    case stage::opening:
        next = x_opening->resume(event, now);
        return next.what == action::done ? after_opening(now) : next;
    case stage::logging_in:
        next = x_login->resume(event, now);
        return next.what == action::done ? after_login() : next;
    }
    return next;
}

login_step scope_login_sequence::begin(const login_time& now) {
    x_unknown = x_state.may_be_unknown(x_target);
    if (!x_unknown || x_state.parent.is_fresh(x_at_least, now.boot)) return proceed(now);
    x_stage = stage::queued;
    return {.what = action::wait_for_parent};
}

login_step scope_login_sequence::proceed(const login_time& now) {
    if (!x_unknown || !x_state.parent.is_fresh(x_at_least, now.boot)) return log_in(now);
    x_flow.has_parent_turn = false;
    x_stage = stage::opening;
    x_opening.emplace(x_flow, x_state.parent.get(), x_target);
    return start_part(*x_opening, now);
}

login_step scope_login_sequence::log_in(const login_time& now) {
    x_stage = stage::logging_in;
    x_login.emplace(x_flow, x_target);
    return start_part(*x_login, now);
}

login_step scope_login_sequence::after_opening(const login_time& now) {
    scope_opening::conclusion made = x_opening->conclude(now);
    if (made.is_final) return finish(std::move(made.result));
    x_opening_was_denied = made.scope_denied;
    return log_in(now);
}

login_step scope_login_sequence::after_login() {
    if (const auto* received = std::get_if<std::shared_ptr<credential>>(&x_login->outcome().outcome)) {
        x_state.remember_opened(x_target, token_of(*received));
        if (x_opening_was_denied) x_flow.forgo_rescoping();
    }
    return finish(std::move(x_login->outcome()));
}

given_token_sequence::given_token_sequence(flow_context& flow, scope target)
    : x_flow(flow), x_state(flow.state), x_target(std::move(target)) {}

login_step given_token_sequence::resume(login_event& event, const login_time& now) {
    switch (x_stage) {
    case stage::begun: x_stage = stage::reading; return {.what = action::read_secrets};
    case stage::reading: return take_secret(std::get<secrets_read>(event), now);
    case stage::describing: return take_description(std::get<login_answer>(std::move(event)), now);
    case stage::validating:
        if (std::get<validation>(event).verdict != validity::dead)
            return finish(std::move(x_described.result));
        return finish(login_failures::given_token_ended(x_state, x_described.status));
    case stage::opening: {
        login_step next = x_opening->resume(event, now);
        return next.what == action::done ? finish(x_opening->conclude(now).result) : next;
    }
    }
    return {};
}

login_step given_token_sequence::take_secret(const secrets_read& all, const login_time& now) {
    if (!all) return finish(login_failures::unreadable(all.error()));
    x_given = all->front().value;
    const token_ptr& known = x_state.parent.get();
    const bool is_known = known && known->value == *x_given;
    const bool opens = is_known && x_state.parent.is_fresh(duration::zero(), now.boot);
    if (opens && x_target.kind != scope_kind::unscoped) return open(now);
    x_stage = stage::describing;
    return {.what = action::describe, .subject = x_given};
}

login_step given_token_sequence::take_description(login_answer described, const login_time& now) {
    if (!has_token(described)) {
        if (!is_about_parent_or_scope(described)) return finish(std::move(described.result));
        if (described.status != 403 || described.names_dead_token)
            return finish(login_failures::given_token_ended(x_state, described.status));
        x_described = std::move(described); // 403 is no proof
        x_stage = stage::validating;
        return {.what = action::validate, .subject = x_given};
    }
    const std::shared_ptr<token> whole = token_of(described);
    if (whole->expires() - now.boot < expiry_margin)
        return finish(login_failures::given_token_ended(x_state, described.status));
    if (x_target.kind == scope_kind::unscoped)
        return finish(std::move(described.result)); // it is its own scope
    x_state.keep_parent(whole);
    return open(now);
}

login_step given_token_sequence::open(const login_time& now) {
    x_stage = stage::opening;
    x_opening.emplace(x_flow, x_state.parent.get(), x_target);
    return start_part(*x_opening, now);
}

own_scope_sequence::own_scope_sequence(flow_context& flow, scope target)
    : x_state(flow.state), x_target(std::move(target)), x_round(flow, {}) {}

login_step own_scope_sequence::resume(login_event& event, const login_time& now) {
    login_step next = x_round.resume(event, now);
    if (next.what != action::done) return next;
    login_answer& answer = x_round.outcome().answer;
    if (!has_token(answer) || is_for(*token_of(answer), x_target)) return finish(std::move(answer.result));
    return finish(login_failures::credential_of_another_scope(x_state, *token_of(answer), x_target,
                                                              answer.result.iam_date));
}

passcode_sequence::passcode_sequence(flow_context& flow, std::shared_ptr<const secret> passcode)
    : x_flow(flow), x_state(flow.state), x_round(flow, {}, std::move(passcode)) {}

login_step passcode_sequence::resume(login_event& event, const login_time& now) {
    if (x_stage == stage::begun) {
        if (!x_state.needs_person()) return finish(login_failures::takes_no_passcode(x_state));
        x_stage = stage::queued;
        return {.what = action::wait_for_parent};
    }
    if (x_stage == stage::queued) {
        x_flow.has_parent_turn = true;
        x_stage = stage::logging_in;
    }
    login_step next = x_round.resume(event, now);
    if (next.what != action::done) return next;
    if (const problem* why = x_round.unreadable()) return finish({.outcome = fetch_failure{*why}});
    login_answer& answer = x_round.outcome().answer;
    if (has_token(answer)) x_state.keep_parent(token_of(answer));
    return finish(std::move(answer.result));
}

} // namespace tokenward
