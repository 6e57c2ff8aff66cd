// One login with one secret: when the user's turn comes, if the guard allows it, with a passcode of its own.
#pragma once

#include "daemon/core/login_state.hpp"
#include "daemon/core/login_step.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace tokenward {

/// What the parts of one flow share.
struct flow_context {
    login_state& state;
    bool has_user_turn = false;             ///< no other login of the user may begin
    bool has_parent_turn = false;           ///< no other flow of the identity may get a parent token
    std::optional<secret_digest> counted{}; ///< a login with this secret is counted in the guard as sent
    bool sending = false;                   ///< it was handed to the runner, which has no answer yet
    std::vector<login_note> notes{};        ///< for the log

    /// Each scope has a login of its own from now on.
    void forgo_rescoping() {
        state.never_rescopes = true;
        notes.push_back({false, "rescoping_refused",
                         "the IAM does not rescope tokens: each scope has a login of its own from now on"});
    }
};

/// How a login is to be made.
struct login_manner {
    std::shared_ptr<const secret> passcode{}; ///< a person's; null: nobody is there
    bool others_follow = false;               ///< so skip a secret that was refused once
};

/// What came of it.
struct attempt_outcome {
    login_answer answer{};
    bool sent = false;      ///< false: the guard did not let it go out
    bool held_back = false; ///< wait and retry
    bool settling = false;  ///< sent unscoped to find out whether password or scope is wrong
};

/// Also sends the login in the other form if the IAM does not know the first, and again if the token is
/// dead when it comes.
class login_attempt {
  public:
    login_attempt(flow_context& flow, login_secret with, scope target, login_manner how);

    /// Takes the event of the step before, monostate at first, and says what is to be done next; `done`: its
    /// outcome is there. All parts of a flow work so. Never done at first.
    login_step resume(login_event& event, const login_time& now);
    attempt_outcome& outcome() noexcept { return x_outcome; }

  private:
    enum class stage {
        begun,
        queued,              // for the user's turn
        awaiting_probe,      // whether the IAM is there
        recording_login,     // in the guard's file, before the login is sent
        asking_time,         // of the IAM, by whose clock passcodes are made
        awaiting_totp_step,  // whose passcode has not been sent
        recording_totp_step, // in the guard's file, before its passcode is sent
        awaiting_answer,     // to the login
        recording_end,       // in the guard's file, before anybody sees the answer
        validating,          // the token that a changed secret has brought
        waiting_one_second,  // because that token was dead
        done,
    };
    enum class retry { none, other_form, after_dead_token }; // what this login is

    login_step queue();
    login_step ask_guard(probe_result probe, const login_time& now);
    login_step hold_back(const login_permit& permit);
    login_step skip_secret();
    login_step choose_totp_step(const login_time& now);
    login_step learn_time(const login_event& event, const login_time& now);
    login_step send(std::optional<std::int64_t> totp_step, const login_time& now);
    login_step take_answer(login_answer answer, const login_time& now);
    login_step after_attempt();
    login_step after_validation(const validation& answer);
    login_step go_to(stage next, login_step step);

    flow_context& x_flow;
    login_state& x_state;
    login_secret x_with;
    scope x_target;
    scope x_asked{}; // as sent
    login_manner x_how;
    attempt_outcome x_outcome{};
    stage x_stage = stage::begun;
    retry x_retry = retry::none;
    bool x_changed = false; // the secret is another than that of the login before
    bool x_with_receipt = false;
    int x_times_asked = 0;
};

} // namespace tokenward
