// A login for one scope, step by step.
#include "daemon/core/scope_login.hpp"

#include <utility>

namespace tokenward {

scope_login::scope_login(flow_context& flow, scope target)
    : x_flow(flow), x_state(flow.state), x_target(target),
      x_round(flow, std::move(target), {.settles = true}) {}

login_step scope_login::resume(login_event& event, const login_time& now) {
    if (x_stage == stage::done) return {};
    login_step next = x_stage == stage::opening ? x_opening->resume(event, now) : x_round.resume(event, now);
    if (next.what != login_step::action::done) return next;
    switch (x_stage) {
    case stage::logging_in: return after_round(now);
    case stage::settling: return after_settling(now);
    case stage::providing: return after_providing();
    case stage::opening: return finish(x_opening->conclude(now).result);
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
    if (last.settling && has_token(answer)) { // the password is right: on to the scope
        x_state.keep_parent(token_of(answer));
        return x_state.may_rescope() ? open_from_login(now) : x_round.again(x_target, now);
    }
    x_result = std::move(answer.result);
    if (answer.credential == credential_verdict::refused) {
        if (!x_round.refused() || x_target.kind == scope_kind::unscoped) return finish(std::move(x_result));
        // Keystone answers 401 to a wrong password and to an unknown project alike: a login for no scope
        // tells them apart, and its token opens what else was meant.
        x_stage = stage::settling;
        return x_round.once_more(now);
    }
    const bool no_scope = answer.status == 403 || answer.status == 404;
    const bool provides = no_scope && x_state.may_be_unknown(x_target);
    if (answer.status == 404) x_state.doubt(x_target);
    return provides ? provide_parent(now) : finish(std::move(x_result));
}

// The IAM has said that a scope is not there: from now on further ones are to cost no login.
login_step scope_login::provide_parent(const login_time& now) {
    const bool tried = x_state.has_just_judged(now.now.boot);
    x_state.scope_judged_at = now.now.boot;
    if (tried || x_state.parent.is_fresh(duration::zero(), now.now.boot)) return finish(std::move(x_result));
    x_stage = stage::providing;
    return x_state.wants_scope ? after_providing() : x_round.once_more(now);
}

login_step scope_login::after_providing() {
    if (!x_state.wants_scope) {
        const login_answer& answer = x_round.outcome().answer;
        if (has_token(answer)) x_state.keep_parent(token_of(answer));
        x_state.wants_scope = is_not_understood(answer);
    }
    std::shared_ptr<const token> last = x_state.last_login.lock();
    if (x_state.wants_scope && last) x_state.keep_parent(std::move(last));
    return finish(std::move(x_result));
}

login_step scope_login::after_settling(const login_time& now) {
    attempt_outcome& last = x_round.outcome();
    const bool refused = last.answer.credential == credential_verdict::refused;
    if (!last.held_back && (!last.sent || refused)) return finish(std::move(x_result));
    if (!has_token(last.answer)) return finish(std::move(last.answer.result)); // asked again the next time
    x_state.keep_parent(token_of(last.answer));
    x_state.scope_judged_at = now.now.boot;
    if (x_state.may_rescope()) return open_from_login(now);
    return finish(login_failures::wrong_scope(x_state, x_target, last.answer.result.iam_date));
}

// From a login that has just proved the password right: the scope is in doubt.
login_step scope_login::open_from_login(const login_time& now) {
    x_state.doubt(x_target);
    x_stage = stage::opening;
    x_opening.emplace(x_flow, x_state.parent.get(), x_target);
    login_event begin;
    return x_opening->resume(begin, now);
}

} // namespace tokenward
