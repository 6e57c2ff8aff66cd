// Opens a scope from a token that lives (rescoping), and finds out what a failure of that was about.
#pragma once

#include "daemon/core/login_attempt.hpp"

#include <optional>

namespace tokenward {

class scope_opening {
  public:
    scope_opening(flow_context& flow, token_ptr parent, scope target);

    /// As login_attempt::resume(). Costs no login.
    login_step resume(login_event& event, const login_time& now);
    login_answer& answer() noexcept { return x_answer; }
    const token_ptr& parent() const noexcept { return x_parent; }
    /// None: the answer is a token, or about neither the parent nor the scope.
    const std::optional<validity>& parent_validity() const noexcept { return x_parent_validity; }

    /// What came of it where a login may have the last word.
    struct conclusion {
        fetch_result result{};
        bool is_final = true;      ///< false: a login may say something else
        bool scope_denied = false; ///< and the parent lives
    };
    /// When done. Whether what the IAM says against a scope is to be believed is another question as long as
    /// it has never rescoped anything: then a login may judge, but not oftener than once a minute.
    conclusion conclude(const login_time& now);

  private:
    login_step send();
    login_step take_answer();

    login_state& x_state;
    token_ptr x_parent;
    scope x_target;
    login_answer x_answer{};
    std::optional<validity> x_parent_validity{};
    bool x_other_form = false;
    enum class stage { begun, sent, validating, done } x_stage = stage::begun;
};

} // namespace tokenward
