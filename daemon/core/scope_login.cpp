// What follows from each answer to a login for a scope.
#include "daemon/core/scope_login.hpp"

#include <utility>

namespace tokenward {

scope_login::scope_login(flow_context& flow, scope target)
    : x_flow(flow), x_state(flow.state), x_target(target), x_round(flow, std::move(target)) {}

login_step scope_login::resume(login_event& event, const login_time& now) {
    if (x_stage == stage::done) return {};
    login_step next = x_stage == stage::opening ? x_opening->resume(event, now) : x_round.resume(event, now);
    if (next.what != login_step::action::done) return next;
    switch (x_stage) {
    case stage::logging_in: return after_round(now);
    case stage::getting_parent: return after_getting_parent();
    case stage::opening: return after_opening(now);
    case stage::done: break;
    }
    return {};
}

login_step scope_login::finish(fetch_result with) {
    x_result = std::move(with);
    x_stage = stage::done;
    return {};
}

login_step scope_login::after_round(const login_time& now) {
    attempt_outcome& last = x_round.outcome();
    login_answer& answer = last.answer;
    if (last.settling && has_token(answer)) return after_settling(now);
    const bool is_granted = has_token(answer);
    x_result = std::move(answer.result);
    if (answer.about_secret == secret_verdict::refused || last.settling) return finish(std::move(x_result));
    const bool no_scope = answer.status == 403 || answer.status == 404;
    const bool wants_parent = no_scope && x_state.may_be_unknown(x_target);
    if (answer.status == 404) x_state.doubt(x_target);
    if (is_granted && x_rescoped_in_vain) x_flow.forgo_rescoping();
    return wants_parent ? get_parent_for_later(now) : finish(std::move(x_result));
}

// The IAM has said that a scope is not there. So that the next one costs no login, later scopes are opened
// from the token of one more login.
login_step scope_login::get_parent_for_later(const login_time& now) {
    const bool tried = x_state.tried_recently(now.boot);
    x_state.scope_judged_at = now.boot;
    if (tried || x_state.parent.is_fresh(duration::zero(), now.boot)) return finish(std::move(x_result));
    x_stage = stage::getting_parent;
    return x_state.wants_scope ? after_getting_parent() : x_round.log_in_unscoped(now);
}

login_step scope_login::after_getting_parent() {
    if (!x_state.wants_scope) {
        const login_answer& answer = x_round.outcome().answer;
        if (has_token(answer)) x_state.keep_parent(token_of(answer));
        x_state.wants_scope = is_not_understood(answer);
    }
    std::shared_ptr<const token> last = x_state.last_login.lock();
    if (x_state.wants_scope && last) x_state.keep_parent(std::move(last));
    return finish(std::move(x_result));
}

// The password is right. What is wrong must be the scope, unless the scope was not tried yet.
login_step scope_login::after_settling(const login_time& now) {
    const login_answer& answer = x_round.outcome().answer;
    x_state.keep_parent(token_of(answer));
    if (x_round.scope_was_refused()) {
        x_state.scope_judged_at = now.boot;
        if (!x_state.may_rescope())
            return finish(login_failures::wrong_scope(x_state, x_target, answer.result.iam_date));
        x_state.doubt(x_target);
    } else if (!x_state.may_rescope()) {
        return x_round.retry_with_scope(x_target, now);
    }
    x_stage = stage::opening;
    x_opening.emplace(x_flow, x_state.parent.get(), x_target);
    return start_part(*x_opening, now);
}

// What no login has refused yet may be there, though the IAM does not rescope.
login_step scope_login::after_opening(const login_time& now) {
    scope_opening::conclusion made = x_opening->conclude(now);
    if (made.is_final || x_round.scope_was_refused()) return finish(std::move(made.result));
    x_rescoped_in_vain = made.scope_denied;
    x_stage = stage::logging_in;
    return x_round.retry_with_scope(x_target, now);
}

} // namespace tokenward
