// Login flows of many identities of one user, in front of an IAM that counts: what the guard lets out.
#pragma once

#include "tests/unit/core/login_flow_fixture.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

namespace tokenward::testing {

/// A Keystone: 401 to a wrong password and to an unknown project alike.
struct guarded_bench : flow_bench {
    guarded_bench() {
        identity.rescope = rescope_mode::off;
        iam = [this](const login_request& request) { return judge(request); };
    }

    /// One fetch of an identity with that secret: "token", "rejected", "unknown scope" or "failed". Each is
    /// of another identity, so that no secret is replaced by another.
    std::string fetch(const std::string& with, const std::string& of) {
        know(with);
        login_state one(identity, user, guard);
        login_flow flow(one, project(of), 0s);
        const fetch_result made = run(flow);
        if (token_in(made) != nullptr) return "token";
        const problem& why = failure_in(made).error;
        retry_after = why.retry_after;
        detail = why.detail;
        if (why.code == errc::credential_rejected) return "rejected";
        return why.code == errc::unknown_scope ? "unknown scope" : "failed";
    }
    /// The daemon is killed while a login is at the IAM, and starts again.
    void kill_during_login(const std::string& with) {
        know(with);
        login_state one(identity, user, guard);
        login_flow flow(one, project("scope"), 0s);
        ASSERT_EQ(go_on_until(flow, login_step::action::send).what, login_step::action::send);
        restart();
    }
    /// A login that ended with 401, and nothing after it.
    void note_refusal(const std::string& of) {
        guard.sending(user, digest(of), now.boot);
        guard.end(user, digest(of), login_end::refused, now.boot);
    }
    std::size_t recent() const { return guard.recent_attempts(user, now.boot); }
    int probes() const { return static_cast<int>(std::count(did.begin(), did.end(), "probe")); }

    enum { up, loses_answers, unreachable } line = up;
    std::string good = "right";
    std::set<std::string> misspelt{};
    int arrived = 0;  ///< logins that the IAM has seen
    int refusals = 0; ///< and refused for the password's sake
    std::optional<duration> retry_after{};
    std::string detail{};

  private:
    login_answer judge(const login_request& request) {
        if (line == unreachable) return unanswered(login_reach::not_sent);
        ++arrived;
        if (line == loses_answers) return unanswered(login_reach::answer_lost);
        if (request.value->reveal() != good) {
            ++refusals;
            return refused();
        }
        return misspelt.contains(request.target.value) ? refused() : granted(make_token("any", now.boot));
    }
};

} // namespace tokenward::testing
