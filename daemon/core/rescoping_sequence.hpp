// How a flow gets its token where scopes are opened from one login's token.
#pragma once

#include "daemon/core/login_round.hpp"
#include "daemon/core/login_sequence.hpp"
#include "daemon/core/scope_login.hpp"
#include "daemon/core/scope_opening.hpp"

#include <optional>

namespace tokenward {

/// One login without a scope; each scope is opened from its token.
class rescoping_sequence final : public login_sequence {
  public:
    rescoping_sequence(flow_context& flow, scope target, duration at_least);
    login_step resume(login_event& event, const login_time& now) override;

  private:
    login_step queue();
    login_step get_parent(const login_time& now);
    login_step after_parent_login(const login_time& now);
    login_step open(const login_time& now);
    login_step after_opening(const login_time& now);
    login_step after_login();

    flow_context& x_flow;
    login_state& x_state;
    scope x_target;
    duration x_at_least;
    bool x_is_second_try = false; // the parent of the first was dead
    bool x_asked_again = false;   // for the parent, with a scope
    std::optional<login_round> x_round{};
    std::optional<scope_opening> x_opening{};
    std::optional<scope_login> x_login{};
    enum class stage { begun, queued, logging_in_for_parent, opening, logging_in } x_stage = stage::begun;
};

} // namespace tokenward
