// What a login flow and its runner tell each other: one step to take, and what came of it.
#pragma once

#include "common/error.hpp"
#include "common/scope.hpp"
#include "common/secret.hpp"
#include "common/time.hpp"
#include "daemon/core/fetch_result.hpp"
#include "daemon/core/lockout_guard.hpp"
#include "daemon/core/login_answer.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace tokenward {

/// One of an identity's secrets, as it was read for a login.
struct login_secret {
    std::shared_ptr<const secret> value; ///< the password, the application credential's secret, or the token
    std::shared_ptr<const secret> totp_key; ///< decoded; null: no passcode, or a person gives it
    secret_digest digest{};                 ///< of both
};

/// What is sent to the IAM to get a token. It names secrets and copies none.
struct login_request {
    login_method method = login_method::password;
    scope target{};
    std::shared_ptr<const secret> value{};    ///< the secret; null with the methods totp and token
    std::shared_ptr<const secret> passcode{}; ///< a person's; null: none, or one that is made of totp_key
    std::shared_ptr<const secret> totp_key{}; ///< null: no passcode is made
    std::int64_t totp_step = 0;               ///< the step (RFC 6238) whose passcode is made of totp_key
    std::shared_ptr<const secret> receipt{};  ///< of the login that goes on; null: none
    token_ptr parent{};                       ///< the token that is shown; with the method token
    bool omit_unscoped = false;               ///< the IAM does not know "scope":{"unscoped":{}}
};

/// The next thing that the runner does. What it answers is the event that is named.
struct login_step {
    enum class action {
        read_secrets,    ///< the identity's secrets as they stand now; secrets_read
        wait_for_user,   ///< until no other login of the user is under way; monostate
        wait_for_parent, ///< until no other flow of the identity gets its parent token; monostate
        probe,           ///< whether the IAM answers a request without secrets; probe_answer
        ask_time,        ///< the same, so that the answer shows the IAM's clock; probe_answer
        record,          ///< until the guard's memory is in its file; monostate
        wait,            ///< for `pause`; monostate
        send,            ///< `request`; login_answer
        describe,        ///< what the token `subject` is; login_answer
        validate,        ///< whether the token `subject` lives; validation
        done,            ///< the flow has its result
    };
    action what = action::done;
    login_request request{};
    duration pause{};
    std::shared_ptr<const secret> subject{};
};

/// The secrets to try, in the order in which they stand: at least one; or why there is none.
using secrets_read = result<std::vector<login_secret>>;

struct probe_answer {
    bool answers = false;
    std::string silence{}; ///< what is wrong, for people; empty: nothing
};

using login_event = std::variant<std::monostate, secrets_read, probe_answer, login_answer, validation>;

/// What time it is.
struct login_time {
    instant boot;           ///< CLOCK_BOOTTIME
    wall_time iam;          ///< by the IAM's clock; by ours, if that is not known
    bool iam_known = false; ///< an answer has shown it
};

/// A part's first step: nothing has happened yet that it could be told of.
template <class Part>
login_step start_part(Part& part, const login_time& now) {
    login_event nothing_yet;
    return part.resume(nothing_yet, now);
}

/// A line for the log.
struct login_note {
    bool is_warning = false; ///< else information
    std::string event{};
    std::string text{};
};

} // namespace tokenward
