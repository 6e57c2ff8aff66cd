// How an identity gets a token, step by step and without I/O: every rule of logging in is behind this.
#pragma once

#include "daemon/core/login_attempt.hpp"
#include "daemon/core/login_sequence.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace tokenward {

/// Gets one token. Flows of one identity share its login_state and run beside each other.
///
/// A runner calls resume() with std::monostate, takes the step that it says, and calls resume() with what
/// came of it, until the step is `done`. After each resume() it writes notes() to the log, has the guard's
/// memory written to its file if it has changed, and gives back the turns that the flow does not hold any
/// more. If it is cancelled, or stops for another reason, it calls abandon().
///
/// Pure: the time is an argument. Not thread-safe.
class login_flow {
  public:
    /// A token for `target`, from a login or from an earlier token; one that lives for `at_least`, if the IAM
    /// grants that at all. `state` must outlive this object.
    login_flow(login_state& state, scope target, duration at_least);
    /// Logs in with a person's passcode; scopes are then opened from that login.
    login_flow(login_state& state, std::shared_ptr<const secret> passcode);
    login_flow(const login_flow&) = delete;
    login_flow& operator=(const login_flow&) = delete;

    login_step resume(login_event event, const login_time& now);
    /// When done.
    fetch_result& outcome() noexcept { return x_sequence->outcome(); }

    bool holds_user_turn() const noexcept { return x_context.has_user_turn; }
    bool holds_parent_turn() const noexcept { return x_context.has_parent_turn; }
    /// What the log is to be told since it was last asked.
    std::vector<login_note> take_notes() { return std::exchange(x_context.notes, {}); }

    /// A login is counted that has not ended.
    bool has_open_login() const noexcept { return x_context.counted.has_value(); }
    /// The flow goes no further. A login that is under way counts as lost if `sent_whole`: the IAM may have
    /// all of it. Else it was never sent. Nothing happens if none is.
    void abandon(bool sent_whole, instant now);

  private:
    flow_context x_context;
    std::unique_ptr<login_sequence> x_sequence;
};

} // namespace tokenward
