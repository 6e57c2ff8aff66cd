// Logs in with an identity's secrets in turn, step by step.
#include "daemon/core/login_round.hpp"

#include <utility>

namespace tokenward {

login_round::login_round(flow_context& flow, scope target, manner how)
    : x_flow(flow), x_target(std::move(target)), x_how(std::move(how)) {}

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
        x_all = std::move(*all);
        x_flow.state.take_secrets(x_all);
        return try_next(now);
    }
    case stage::logging_in:
    case stage::once_more: {
        login_step next = x_attempt->resume(event, now);
        if (next.what != login_step::action::done) return next;
        x_outcome = std::move(x_attempt->outcome());
        if (x_stage == stage::once_more) break;
        return after_attempt(now);
    }
    case stage::done: break;
    }
    x_stage = stage::done;
    return {};
}

login_step login_round::begin_attempt(const login_secret& with, login_manner how, const login_time& now) {
    login_event begin;
    x_attempt.emplace(x_flow, with, x_target, std::move(how));
    return x_attempt->resume(begin, now);
}

login_step login_round::try_next(const login_time& now) {
    const bool is_last = x_at + 1 == x_all.size();
    const bool others_follow = !x_how.passcode && (!is_last || (x_how.settles && x_refused));
    x_stage = stage::logging_in;
    return begin_attempt(x_all[x_at], {.passcode = x_how.passcode, .others_follow = others_follow}, now);
}

login_step login_round::after_attempt(const login_time& now) {
    x_stage = stage::done;
    if (x_outcome.answer.credential != credential_verdict::refused) return {};
    if (x_outcome.sent && !x_outcome.settling) x_refused = x_all[x_at];
    if (x_how.passcode || x_at + 1 == x_all.size()) return {};
    ++x_at;
    return try_next(now);
}

login_step login_round::again(scope target, const login_time& now) {
    x_target = std::move(target);
    return try_next(now);
}

login_step login_round::once_more(const login_time& now) {
    x_stage = stage::once_more;
    x_target = {};
    const login_secret with =
        x_refused && x_outcome.answer.credential == credential_verdict::refused ? *x_refused : x_all[x_at];
    return begin_attempt(with, {}, now);
}

} // namespace tokenward
