// A login for one scope, and whether a failure was about the password or about the scope.
#pragma once

#include "daemon/core/login_round.hpp"
#include "daemon/core/scope_opening.hpp"

#include <optional>

namespace tokenward {

class scope_login {
  public:
    scope_login(flow_context& flow, scope target);

    /// As login_attempt::resume().
    login_step resume(login_event& event, const login_time& now);
    fetch_result& outcome() noexcept { return x_result; }

  private:
    login_step after_round(const login_time& now);
    login_step get_parent_for_later(const login_time& now);
    login_step after_getting_parent();
    login_step after_settling(const login_time& now);
    login_step after_opening(const login_time& now);
    login_step finish(fetch_result with);

    flow_context& x_flow;
    login_state& x_state;
    scope x_target;
    login_round x_round;
    std::optional<scope_opening> x_opening{};
    fetch_result x_result{};
    bool x_rescoped_in_vain = false;
    enum class stage {
        logging_in,
        getting_parent, // by a login for no scope, from whose token later scopes are opened
        opening,        // the scope, from the token of a login that has proved the password right
        done,
    } x_stage = stage::logging_in;
};

} // namespace tokenward
