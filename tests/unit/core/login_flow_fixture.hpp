// Steps login flows at stepped time, in front of an IAM that is a function from requests to answers.
#pragma once

#include "daemon/core/login_flow.hpp"
#include "tests/unit/core/make_token.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tokenward::testing {

inline login_answer granted(std::shared_ptr<token> fresh) {
    return {.about_secret = secret_verdict::accepted, .result = {.outcome = std::move(fresh)}, .status = 201};
}

inline login_answer failed(unsigned status, errc code = errc::iam_unavailable,
                           retry_rule retry = retry_rule::back_off) {
    problem why{code, "the IAM said " + std::to_string(status)};
    return {.result = {.outcome = fetch_failure{std::move(why), retry, status}}, .status = status};
}

inline login_answer refused() {
    login_answer made = failed(401, errc::credential_rejected, retry_rule::rearm);
    made.about_secret = secret_verdict::refused;
    return made;
}

inline login_answer no_such_scope(unsigned status = 404) {
    return failed(status, errc::no_such_resource, retry_rule::remember);
}

inline login_answer unanswered(login_reach how_far) {
    login_answer made = failed(0);
    made.reach = how_far;
    return made;
}

inline login_answer wants_passcode(std::string_view receipt) {
    login_answer made = failed(401, errc::passcode_required, retry_rule::rearm);
    made.about_secret = secret_verdict::accepted;
    made.receipt = secret(receipt);
    return made;
}

inline scope project(const std::string& name) {
    return {.kind = scope_kind::project_name, .value = name};
}

inline const std::shared_ptr<credential>* token_in(const fetch_result& of) {
    return std::get_if<std::shared_ptr<credential>>(&of.outcome);
}

/// REQUIRES: a failure.
inline const fetch_failure& failure_in(const fetch_result& of) {
    return std::get<fetch_failure>(of.outcome);
}

/// One identity, and its IAM. What the flows do stands in `did`, in words; turns and the guard's file, which
/// are always there at once, are left out.
class flow_bench {
  public:
    flow_bench() {
        identity.name = "ci";
        identity.auth.username = "bot";
        know("first");
    }

    /// What the file of the secret holds.
    void know(std::string_view one, std::string_view other = {}) {
        secrets.clear();
        for (const std::string_view each : {one, other})
            if (!each.empty()) secrets.push_back(secret_of(each));
    }
    login_secret secret_of(std::string_view value) const {
        secret_digest digest{};
        for (std::size_t i = 0; i < digest.size() && i < value.size(); ++i)
            digest[i] = static_cast<std::uint8_t>(value[value.size() - 1 - i]);
        return {.value = std::make_shared<const secret>(value), .totp_key = totp_key, .digest = digest};
    }
    secret_digest digest(std::string_view value) const { return secret_of(value).digest; }

    login_state& state() {
        if (!x_state) x_state = std::make_unique<login_state>(identity, user, guard);
        return *x_state;
    }
    login_time time() const { return {now.boot, now.wall + (iam_known ? iam_ahead : 0s), iam_known}; }
    void step(duration by) {
        now.boot += by;
        now.wall += std::chrono::floor<wall_time::duration>(by);
    }
    /// Another process, after another boot: only the wall clock goes on.
    void restart() {
        restart_guard();
        x_state.reset();
    }
    /// The guard alone.
    void restart_guard() {
        const guard_state kept = guard.save(now);
        now.boot = t0;
        guard = {};
        guard.restore(kept, now);
    }

    /// Another process of the same boot, which has found that in the guard's file.
    void start_anew(const guard_state& kept) {
        guard = {};
        guard.restore(kept, now);
        x_state.reset();
    }

    fetch_result fetch(const scope& target, duration at_least = 0s) {
        login_flow flow(state(), target, at_least);
        return run(flow);
    }
    fetch_result give(std::string_view passcode) {
        login_flow flow(state(), std::make_shared<const secret>(passcode));
        return run(flow);
    }
    fetch_result run(login_flow& flow) {
        login_step next = flow.resume({}, time());
        for (int steps = 0; next.what != login_step::action::done; ++steps) {
            if (steps == 200) throw std::runtime_error("the flow is endless");
            next = go_on(flow, next);
        }
        for (login_note& note : flow.take_notes()) notes.push_back(std::move(note.event));
        return std::move(flow.outcome());
    }
    login_step go_on(login_flow& flow, const login_step& with) {
        login_event came = take(flow, with); // which may take time
        return flow.resume(std::move(came), time());
    }
    /// Goes on until a step of that kind is next, or the flow is done.
    login_step go_on_until(login_flow& flow, login_step::action what) {
        login_step next = flow.resume({}, time());
        while (next.what != what && next.what != login_step::action::done) next = go_on(flow, next);
        return next;
    }
    /// What came of a step.
    login_event take(login_flow& flow, const login_step& step);

    identity_config identity{};
    lockout_guard guard{};
    login_user user{"https://iam.example", "bot@Default"};
    moment now{t0, wall_time(24h * 20'000)};
    bool iam_known = true;
    bool time_is_answered = true; ///< and shows the IAM's clock when it is asked for the second time
    std::chrono::seconds iam_ahead{0};
    std::vector<login_secret> secrets{};
    std::shared_ptr<const secret> totp_key{};
    std::string unreadable{}; ///< why no secret can be read; empty: they can
    bool probe_answers = true;
    std::function<login_answer(const login_request&)> iam = [](const login_request&) { return refused(); };
    std::function<login_answer()> description = [] { return failed(500); };
    std::function<validity(const secret&)> lives = [](const secret&) { return validity::alive; };
    std::vector<std::string> did{};
    std::vector<std::string> notes{};
    int logins = 0; ///< that the guard has to know of

  private:
    login_event sent(const login_flow& flow, const login_request& request);

    std::unique_ptr<login_state> x_state{};
    std::uint64_t x_recorded = 0;
};

inline std::string words(const login_request& request) {
    std::string text = "token";
    if (request.method == login_method::password) text = "password";
    if (request.method == login_method::password_and_totp) text = "password+totp";
    if (request.method == login_method::totp) text = "totp";
    if (request.method == login_method::application_credential) text = "application credential";
    if (request.value) text += " " + std::string(request.value->reveal());
    if (request.totp_key) text += " step " + std::to_string(request.totp_step);
    if (request.passcode) text += " code " + std::string(request.passcode->reveal());
    if (request.receipt) text += " receipt " + std::string(request.receipt->reveal());
    if (request.parent) text += " " + std::string(request.parent->value.reveal());
    return text + (request.omit_unscoped ? " for nothing" : " for " + to_string(request.target));
}

inline login_event flow_bench::sent(const login_flow& flow, const login_request& request) {
    did.push_back(words(request));
    if (request.method == login_method::token) return iam(request);
    ++logins;
    EXPECT_TRUE(flow.holds_user_turn()) << "logins of one user are serial";
    EXPECT_EQ(guard.changes(), x_recorded) << "the file has the login before it is sent";
    return iam(request);
}

inline login_event flow_bench::take(login_flow& flow, const login_step& step) {
    using action = login_step::action;
    switch (step.what) {
    case action::read_secrets:
        if (!unreadable.empty()) return secrets_read(problem{errc::internal, unreadable});
        return secrets_read(secrets);
    case action::record: x_recorded = guard.changes(); break;
    case action::probe:
        did.emplace_back("probe");
        return probe_answer{probe_answers, probe_answers ? "" : "it is silent"};
    case action::ask_time:
        iam_known = !did.empty() && did.back() == "ask time";
        did.emplace_back("ask time");
        return probe_answer{time_is_answered};
    case action::wait:
        did.push_back("wait " +
                      std::to_string(std::chrono::floor<std::chrono::milliseconds>(step.pause).count()));
        this->step(step.pause);
        break;
    case action::send: return sent(flow, step.request);
    case action::describe: did.emplace_back("describe"); return description();
    case action::validate:
        did.push_back("validate " + std::string(step.subject->reveal()));
        return validation{lives(*step.subject)};
    case action::wait_for_user:
    case action::wait_for_parent:
    case action::done: break;
    }
    return {};
}

} // namespace tokenward::testing
