// Logs in with an identity's secrets in turn: with the next one if the IAM refuses one, as in a rotation.
#pragma once

#include "daemon/core/login_attempt.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace tokenward {

class login_round {
  public:
    struct manner {
        std::shared_ptr<const secret> passcode{}; ///< a person's: the first secret alone is tried
        bool settles = false; ///< its owner finds out what a refusal was about, with the secret that was sent
    };
    login_round(flow_context& flow, scope target, manner how);

    /// See login_attempt. Done when a secret was not refused, or none is left.
    login_step resume(login_event& event, const login_time& now);
    /// Of the last login. Its answer says so if no secret could be read.
    attempt_outcome& outcome() noexcept { return x_outcome; }
    /// Why no secret could be read; null: they were.
    const problem* unreadable() const noexcept { return x_unreadable ? &*x_unreadable : nullptr; }
    const scope& target() const noexcept { return x_target; }
    /// The last secret that the IAM has seen, for the scope, and refused.
    const std::optional<login_secret>& refused() const noexcept { return x_refused; }

    /// When done: once more with the last secret, and with those after it.
    login_step again(scope target, const login_time& now);
    /// When done: one more login, for no scope, with the last secret or the one that was refused.
    login_step once_more(const login_time& now);

  private:
    login_step begin_attempt(const login_secret& with, login_manner how, const login_time& now);
    login_step try_next(const login_time& now);
    login_step after_attempt(const login_time& now);

    flow_context& x_flow;
    scope x_target;
    manner x_how;
    std::vector<login_secret> x_all{};
    std::size_t x_at = 0;
    std::optional<login_secret> x_refused{};
    std::optional<problem> x_unreadable{};
    std::optional<login_attempt> x_attempt{};
    attempt_outcome x_outcome{};
    enum class stage { begun, reading, logging_in, once_more, done } x_stage = stage::begun;
};

} // namespace tokenward
