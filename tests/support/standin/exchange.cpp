// See exchange.hpp.
#include "tests/support/standin/exchange.hpp"

#include "tests/support/standin/auth_api.hpp"
#include "tests/support/standin/fault_effects.hpp"
#include "tests/support/standin/refusal.hpp"
#include "tests/support/standin/service_api.hpp"

#include <stdexcept>

namespace tokenward::standin {

namespace {

using lock_type = std::unique_lock<std::mutex>;

/// A login under way: counted when it comes, and counted as faulted when nothing else became of it.
/// Made, told and destroyed with the mutex held.
class counted_login {
  public:
    counted_login(state& s, const request& from) : x_state(s) {
        try {
            x_login = parse_login(from.body, s.options.manners);
            x_label = login_label::of(x_login);
            if (x_login.names_unscoped && !s.options.named_unscoped)
                throw std::invalid_argument("'scope' must name a project or a domain");
        } catch (const std::invalid_argument& e) {
            x_malformed = e.what();
        }
        s.seen.note_login_begun(x_label);
        s.changed.notify_all();
    }

    response judge(const request& from) {
        const auto& options = x_state.options;
        response answer;
        if (options.max_concurrent != 0 && x_state.seen.logins_in_flight() > options.max_concurrent)
            answer = to_response({.status = 429,
                                  .message = "Too many requests.",
                                  .otc_code = "APIGW.0308",
                                  .headers = {{"Retry-After", "1"}}},
                                 options.manners);
        else if (!x_malformed.empty())
            answer = to_response({.status = 400, .message = x_malformed}, options.manners);
        else
            answer = log_in(x_state, from, x_login);
        x_outcome = answer.status == 201 ? outcome::succeeded : outcome::refused;
        return answer;
    }

    void over() {
        x_state.seen.note_login_over(x_label, x_outcome);
        x_state.changed.notify_all();
    }

  private:
    state& x_state;
    login_request x_login{};
    login_label x_label{};
    std::string x_malformed{};
    outcome x_outcome = outcome::faulted;
};

/// Waits until the gate lets this request through; false when the connections were cut meanwhile.
bool pass_gate(state& s, lock_type& lock, traffic kind) {
    auto& gate = s.entrance;
    if (!gate.shut.contains(kind)) return true;
    const auto openings = gate.openings;
    const auto cuts = s.cuts;
    s.seen.note_held(true);
    s.changed.notify_all();
    s.changed.wait(lock, [&] { return s.cuts != cuts || gate.openings != openings || gate.permits > 0; });
    s.seen.note_held(false);
    if (s.cuts == cuts && gate.openings == openings) --gate.permits;
    s.changed.notify_all();
    return s.cuts == cuts;
}

/// Waits as long as the settings and the fault say; false when the client went away meanwhile.
bool wait_out(const state& s, lock_type& lock, const std::optional<fault>& wrong, const stream& with) {
    auto delay = s.options.delay;
    if (wrong && wrong->kind == fault_kind::delay) delay += wrong->interval;
    if (delay.count() == 0) return true;
    lock.unlock();
    const bool gone = with.wait_for_hangup(delay);
    lock.lock();
    return !gone;
}

response judged(state& s, const request& from, traffic kind, std::optional<counted_login>& login) {
    switch (kind) {
    case traffic::auth: return login->judge(from);
    case traffic::validate: return look_up_or_revoke(s, from);
    case traffic::service: return serve(s, from);
    case traffic::other: break;
    }
    return version_document(s, from);
}

void kill_token(state& s, const response& answer) {
    for (const auto& [name, value] : answer.headers)
        if (name == "X-Subject-Token") s.tokens.revoke(value);
}

response made_answer(state& s, const request& from, traffic kind, const std::optional<fault>& wrong,
                     std::optional<counted_login>& login) {
    const auto now = s.now();
    const bool replaced = wrong && replaces_answer(*wrong);
    auto answer = replaced ? replacement(*wrong, now) : judged(s, from, kind, login);
    if (wrong && wrong->kind == fault_kind::dead_on_arrival) kill_token(s, answer);
    if (wrong) spoil(*wrong, answer, now);
    answer.headers.insert(answer.headers.begin(), {"Date", http_date(now)});
    return answer;
}

} // namespace

bool exchange(state& s, stream& with, const request& from) {
    const auto kind = classify(from.method, from.path);
    delivery how{.head_only = from.method == "HEAD", .says_close = !from.keep_alive};
    lock_type lock(s.mutex);
    s.seen.note_request(kind, from);
    s.changed.notify_all();
    std::optional<counted_login> login;
    if (kind == traffic::auth) login.emplace(s, from);

    const bool passed = pass_gate(s, lock, kind);
    const auto wrong = passed ? s.faults.take(kind) : std::nullopt;
    const bool answers = passed && wait_out(s, lock, wrong, with);
    const auto answer = answers ? made_answer(s, from, kind, wrong, login) : response{};
    // Before the answer goes out: who has read it finds it counted.
    if (login) login->over();
    lock.unlock();
    if (!answers) return false;
    if (wrong) spoil(*wrong, how);
    return deliver(with, answer, how);
}

} // namespace tokenward::standin
