// The stages of one login, from the user's turn to the end that the guard's file has.
#include "daemon/core/login_attempt.hpp"

#include "daemon/core/passcode_step.hpp"

#include <utility>

namespace tokenward {
namespace {

using namespace std::chrono_literals;
using action = login_step::action;
using advice = login_permit::advice;

constexpr auto receipt_life = 290s;        // Keystone's own is 300 s
constexpr auto dead_token_pause = 1'100ms; // a token of the second in which a password changed is dead
constexpr int most_times_asked = 2;        // one date alone may not be believed

/// Where the guard sees to it that nothing is sent too often, the next try may come soon.
void let_guard_pace(fetch_result& result, login_end how, bool proven) {
    auto* failure = std::get_if<fetch_failure>(&result.outcome);
    const bool away = how == login_end::lost || how == login_end::unreachable;
    if (failure != nullptr && away && failure->retry == retry_rule::back_off) failure->paced = !proven;
}

} // namespace

login_attempt::login_attempt(flow_context& flow, login_secret with, scope target, login_manner how)
    : x_flow(flow), x_state(flow.state), x_with(std::move(with)), x_target(std::move(target)),
      x_how(std::move(how)) {}

login_step login_attempt::go_to(stage next, login_step step) {
    x_stage = next;
    return step;
}

login_step login_attempt::resume(login_event& event, const login_time& now) {
    switch (x_stage) {
    case stage::begun:
        x_changed = x_state.last_tried && *x_state.last_tried != x_with.digest;
        x_state.last_tried = x_with.digest;
        return queue();
    case stage::queued:
        x_flow.has_user_turn = true;
        if (x_how.passcode) x_state.guard.forgive(x_state.who, x_with.digest);
        return ask_guard(probe_result::not_asked, now);
    case stage::awaiting_probe: {
        auto& probe = std::get<probe_answer>(event);
        x_state.silence = std::move(probe.silence);
        return ask_guard(probe.answers ? probe_result::answers : probe_result::silent, now);
    }
    case stage::recording_login:
        if (x_with.totp_key && !x_how.passcode) return learn_time(event, now);
        return send(std::nullopt, now);
    case stage::asking_time: return learn_time(event, now);
    case stage::awaiting_totp_step: return choose_totp_step(now);
    case stage::recording_totp_step: return send(x_state.guard.spent_step(x_state.who), now);
    case stage::awaiting_answer: return take_answer(std::get<login_answer>(std::move(event)), now);
    case stage::recording_end: return after_attempt();
    case stage::validating: return after_validation(std::get<validation>(event));
    case stage::waiting_one_second: return queue();
    case stage::done: break;
    }
    return {};
}

login_step login_attempt::queue() {
    x_outcome = {};
    x_times_asked = 0;
    return go_to(stage::queued, {.what = action::wait_for_user});
}

// A login counts in the guard's memory from before it is sent.
login_step login_attempt::ask_guard(probe_result probe, const login_time& now) {
    const login_permit permit =
        x_state.guard.next(x_state.who, x_with.digest, now.boot, probe, x_how.passcode != nullptr);
    if (permit.what == advice::probe_first) return go_to(stage::awaiting_probe, {.what = action::probe});
    if (permit.what == advice::wait || permit.what == advice::rejected) return hold_back(permit);
    const bool doubted = permit.what == advice::settle_first;
    if (doubted && x_how.others_follow) return skip_secret();
    x_outcome.settling = doubted && x_target.kind != scope_kind::unscoped && !x_state.wants_scope;
    x_asked = x_outcome.settling ? scope{} : x_target;
    x_state.guard.sending(x_state.who, x_with.digest, now.boot);
    x_flow.counted = x_with.digest;
    return go_to(stage::recording_login, {.what = action::record});
}

login_step login_attempt::hold_back(const login_permit& permit) {
    using reason = login_permit::reason;
    x_outcome.held_back = permit.what == advice::wait;
    // Another secret may be tried in place of one that was refused.
    if (permit.why == reason::none || permit.why == reason::refusals)
        x_outcome.answer.about_secret = secret_verdict::refused;
    x_outcome.answer.result = login_failures::held_back(x_state, permit);
    return after_attempt();
}

// It was refused once; one of the others may be right.
login_step login_attempt::skip_secret() {
    x_outcome.answer.about_secret = secret_verdict::refused;
    x_outcome.answer.result = login_failures::held_back(x_state, {.what = advice::rejected});
    return after_attempt();
}

// A passcode is made by the IAM's clock. Asking for it costs no login.
login_step login_attempt::learn_time(const login_event& event, const login_time& now) {
    const auto* answer = std::get_if<probe_answer>(&event); // none at first
    const bool may_ask = x_times_asked < most_times_asked && (answer == nullptr || answer->answers);
    if (now.iam_known || !may_ask) return choose_totp_step(now);
    ++x_times_asked;
    return go_to(stage::asking_time, {.what = action::ask_time});
}

// A passcode is good for one login.
login_step login_attempt::choose_totp_step(const login_time& now) {
    const std::optional<std::int64_t> spent = x_state.guard.spent_step(x_state.who);
    const passcode_step next = next_passcode_step(now.iam, x_state.identity.auth.totp->period, spent);
    if (next.disbelieved) {
        x_flow.notes.push_back({true, "spent_step_ahead",
                                "the last passcode that was sent was of step " + std::to_string(*spent) +
                                    ", but it is step " + std::to_string(next.step) +
                                    " now: the IAM's clock was wrong then, and the step is forgotten"});
        x_state.guard.spend(x_state.who, next.step);
    }
    if (next.wait > 0s) return go_to(stage::awaiting_totp_step, {.what = action::wait, .pause = next.wait});
    x_state.guard.spend(x_state.who, next.step);
    return go_to(stage::recording_totp_step, {.what = action::record});
}

login_step login_attempt::send(std::optional<std::int64_t> totp_step, const login_time& now) {
    login_request request{.method = x_state.way.method,
                          .target = x_asked,
                          .value = x_with.value,
                          .passcode = x_how.passcode,
                          .omit_unscoped = x_state.omit_unscoped};
    x_with_receipt = x_how.passcode && x_state.receipt && now.boot - x_state.receipt_at < receipt_life;
    if (x_with_receipt) { // it stands for the password
        request.method = login_method::totp;
        request.value.reset();
        request.receipt = x_state.receipt;
    } else if (x_how.passcode) {
        request.method = login_method::password_and_totp;
    } else if (totp_step) {
        request.method = login_method::password_and_totp;
        request.totp_key = x_with.totp_key;
        request.totp_step = *totp_step;
    }
    x_outcome.sent = true;
    x_flow.sending = true;
    return go_to(stage::awaiting_answer, {.what = action::send, .request = std::move(request)});
}

login_step login_attempt::take_answer(login_answer answer, const login_time& now) {
    const login_end how = end_of(answer);
    x_state.guard.end(x_state.who, x_with.digest, how, now.boot);
    x_flow.counted.reset();
    x_flow.sending = false;
    let_guard_pace(answer.result, how, x_state.guard.is_proven(x_state.who, x_with.digest));
    if (x_with_receipt) x_state.receipt.reset();
    if (!answer.receipt.empty()) {
        x_state.receipt_seen = true;
        x_state.receipt = std::make_shared<const secret>(std::move(answer.receipt));
        x_state.receipt_at = now.boot;
    }
    x_outcome.answer = std::move(answer);
    return go_to(stage::recording_end, {.what = action::record});
}

// The login has ended, or was not sent.
login_step login_attempt::after_attempt() {
    const login_answer& answer = x_outcome.answer;
    x_flow.has_user_turn = false;
    if (x_retry == retry::none && x_state.may_know_other_form(answer, x_asked)) {
        x_state.omit_unscoped = true;
        x_retry = retry::other_form;
        return queue();
    }
    if (x_retry == retry::other_form) x_state.omit_unscoped = answer.about_secret == secret_verdict::accepted;
    // With a secret that has just changed, a token of the very second of the change is dead on arrival.
    const bool may_be_dead = x_changed && !x_how.passcode && x_retry != retry::after_dead_token;
    if (!may_be_dead || !has_token(answer)) return go_to(stage::done, {});
    const token_ptr received = token_of(answer);
    return go_to(stage::validating, {.what = action::validate, .subject = {received, &received->value}});
}

login_step login_attempt::after_validation(const validation& answer) {
    if (answer.verdict != validity::dead) return go_to(stage::done, {});
    x_flow.notes.push_back({false, "dead_on_arrival",
                            "the token " + token_of(x_outcome.answer)->fingerprint +
                                " was dead when it came, as after a password change: logging in again"});
    x_retry = retry::after_dead_token;
    return go_to(stage::waiting_one_second, {.what = action::wait, .pause = dead_token_pause});
}

} // namespace tokenward
