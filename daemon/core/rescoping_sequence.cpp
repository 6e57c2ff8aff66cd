// When the parent is replaced, and when an IAM is found not to rescope.
#include "daemon/core/rescoping_sequence.hpp"

#include <utility>

namespace tokenward {

rescoping_sequence::rescoping_sequence(flow_context& flow, scope target, duration at_least)
    : x_flow(flow), x_state(flow.state), x_target(std::move(target)), x_at_least(at_least) {}

login_step rescoping_sequence::resume(login_event& event, const login_time& now) {
    login_step next;
    const auto is_done = [&] { return next.what == login_step::action::done; };
    switch (x_stage) {
    case stage::begun: return queue();
    case stage::queued: return get_parent(now);
    case stage::logging_in_for_parent:
        next = x_round->resume(event, now);
        return is_done() ? after_parent_login(now) : next;
    case stage::opening: next = x_opening->resume(event, now); return is_done() ? after_opening(now) : next;
    case stage::logging_in: next = x_login->resume(event, now); return is_done() ? after_login() : next;
    }
    return next;
}

login_step rescoping_sequence::queue() {
    x_stage = stage::queued;
    return {.what = login_step::action::wait_for_parent};
}

login_step rescoping_sequence::get_parent(const login_time& now) {
    x_flow.has_parent_turn = true;
    if (x_state.parent.is_fresh(x_at_least, now.boot)) return open(now);
    if (x_state.needs_person()) return finish(login_failures::wants_person(x_state));
    x_stage = stage::logging_in_for_parent;
    x_round.emplace(x_flow, x_state.wants_scope ? x_target : scope{});
    return start_part(*x_round, now);
}

login_step rescoping_sequence::after_parent_login(const login_time& now) {
    login_answer& answer = x_round->outcome().answer;
    const bool unscoped = x_round->target().kind == scope_kind::unscoped;
    if (unscoped && is_not_understood(answer) && !std::exchange(x_asked_again, true)) {
        x_state.wants_scope = true; // Open Telekom Cloud's documents want a scope in every login
        return x_round->retry_with_scope(x_target, now);
    }
    if (!has_token(answer)) return finish(std::move(answer.result));
    x_state.keep_parent(token_of(answer));
    return open(now);
}

login_step rescoping_sequence::open(const login_time& now) {
    x_flow.has_parent_turn = false;
    x_stage = stage::opening;
    x_opening.emplace(x_flow, x_state.parent.get(), x_target);
    return start_part(*x_opening, now);
}

login_step rescoping_sequence::after_opening(const login_time& now) {
    login_answer& answer = x_opening->answer();
    const validity parent_is = x_opening->parent_validity().value_or(validity::unknown);
    if (parent_is == validity::unknown) return finish(std::move(answer.result));
    if (parent_is == validity::dead) {
        x_state.drop_parent(x_opening->parent());
        if (std::exchange(x_is_second_try, true)) return finish(std::move(answer.result));
        return queue();
    }
    // The parent lives. An IAM that never rescopes says so at the first time; full logins then.
    if (x_state.rescoped || answer.status == 404 || x_state.needs_person())
        return finish(login_failures::wrong_scope(x_state, x_target, answer.result.iam_date));
    x_stage = stage::logging_in;
    x_login.emplace(x_flow, x_target);
    return start_part(*x_login, now);
}

login_step rescoping_sequence::after_login() {
    if (std::holds_alternative<std::shared_ptr<credential>>(x_login->outcome().outcome))
        x_flow.forgo_rescoping();
    return finish(std::move(x_login->outcome()));
}

} // namespace tokenward
