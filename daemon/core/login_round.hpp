// Logs in with an identity's secrets in turn: with the next one if the IAM refuses one, as in a rotation.
#pragma once

#include "daemon/core/login_attempt.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace tokenward {

/// First those that are in no doubt, each for the scope. If all are refused, it is open whether they are
/// wrong or the scope is: each that may still be sent then logs in for no scope, unless it has. So no secret
/// is called rejected while another that was refused for a scope might be right.
class login_round {
  public:
    /// `passcode`: a person's, which goes with the first secret alone; null: nobody is there.
    login_round(flow_context& flow, scope target, std::shared_ptr<const secret> passcode = {});

    /// As login_attempt::resume(). Done when a secret was not refused, or none is left.
    login_step resume(login_event& event, const login_time& now);
    /// Of the last login. Its answer says so if no secret could be read. If all were refused, its result is
    /// what a caller is to be told.
    attempt_outcome& outcome() noexcept { return x_outcome; }
    /// Why no secret could be read; null: they were.
    const problem* unreadable() const noexcept { return x_unreadable ? &*x_unreadable : nullptr; }
    const scope& target() const noexcept { return x_target; }
    /// The IAM has refused the scope to the last secret, which it may have accepted since.
    bool scope_was_refused() const noexcept { return x_at < x_all.size() && x_all[x_at].scope_refused; }

    /// When done: again for this scope, with the last secret and with those after it.
    login_step retry_with_scope(scope target, const login_time& now);
    /// When done: one more login with the last secret, for no scope.
    login_step log_in_unscoped(const login_time& now);

  private:
    struct candidate {
        login_secret with{};
        bool scope_refused = false; ///< with the scope that is wanted
        bool is_over = false;       ///< another login with it in this round would show nothing
    };

    login_step begin_attempt(scope target, const login_time& now);
    login_step try_next(const login_time& now);
    login_step after_attempt(const login_time& now);
    bool is_rejected(const candidate& which) const noexcept;
    bool may_be_tried(const candidate& which) const noexcept;
    void keep_refusal();

    flow_context& x_flow;
    scope x_target;
    std::shared_ptr<const secret> x_passcode;
    std::vector<candidate> x_all{};
    std::size_t x_at = 0;
    std::size_t x_next = 0;
    bool x_settles = false;                  // all have had their first turn
    std::optional<fetch_result> x_refusal{}; // what a caller is told if all are refused
    bool x_is_held_back = false;             // that refusal is for a time only
    std::optional<problem> x_unreadable{};
    std::optional<login_attempt> x_attempt{};
    attempt_outcome x_outcome{};
    enum class stage { begun, reading, logging_in, logging_in_unscoped, done } x_stage = stage::begun;
};

} // namespace tokenward
