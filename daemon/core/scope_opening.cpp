// The stages of opening a scope: the request, its other form, and whether the parent still lives.
#include "daemon/core/scope_opening.hpp"

#include <utility>

namespace tokenward {

scope_opening::scope_opening(flow_context& flow, token_ptr parent, scope target)
    : x_state(flow.state), x_parent(std::move(parent)), x_target(std::move(target)) {}

login_step scope_opening::resume(login_event& event, const login_time& /*now*/) {
    switch (x_stage) {
    case stage::begun: return send();
    case stage::sent: x_answer = std::get<login_answer>(std::move(event)); return take_answer();
    case stage::validating: x_parent_validity = std::get<validation>(event).verdict; break;
    case stage::done: break;
    }
    x_stage = stage::done;
    return {};
}

login_step scope_opening::send() {
    x_stage = stage::sent;
    return {.what = login_step::action::send,
            .request = {.method = x_state.way.opening,
                        .target = x_target,
                        .parent = x_parent,
                        .omit_unscoped = x_other_form || x_state.omit_unscoped}};
}

login_step scope_opening::take_answer() {
    if (!x_other_form && x_state.may_know_other_form(x_answer, x_target)) {
        x_other_form = true;
        return send();
    }
    if (x_other_form) x_state.omit_unscoped = has_token(x_answer);
    x_stage = stage::done;
    if (has_token(x_answer)) {
        x_state.rescoped = true;
        token& child = *token_of(x_answer);
        child.renewable = x_parent->renewable;
        child.granted = x_parent->lifetime;
        if (x_state.needs_person()) child.renew_ahead = x_state.passcode_notice(x_parent->lifetime);
        return {};
    }
    if (!is_about_parent_or_scope(x_answer)) return {};
    if (x_answer.names_dead_token) {
        x_parent_validity = validity::dead;
        return {};
    }
    x_stage = stage::validating;
    return {.what = login_step::action::validate, .subject = {x_parent, &x_parent->value}};
}

scope_opening::conclusion scope_opening::conclude(const login_time& now) {
    const std::string text = to_string(x_target);
    if (has_token(x_answer)) x_state.doubtful.erase(text);
    if (!x_parent_validity) return {.result = std::move(x_answer.result)};
    const std::optional<wall_time> iam_date = x_answer.result.iam_date;
    if (*x_parent_validity == validity::dead) {
        x_state.drop_parent(x_parent);
        x_state.doubtful.erase(text); // nothing is known: the next try is a login again
        return {.result = login_failures::ended_meanwhile(x_state, x_target, iam_date), .is_final = false};
    }
    conclusion made{.result = login_failures::wrong_scope(x_state, x_target, iam_date),
                    .scope_denied = *x_parent_validity == validity::alive};
    made.is_final = x_state.rescoped || x_answer.status == 404 || x_state.tried_recently(now.boot) ||
                    x_state.doubtful.contains(text);
    if (!made.is_final) x_state.scope_judged_at = now.boot;
    return made;
}

} // namespace tokenward
