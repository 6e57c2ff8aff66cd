// How a flow gets its token where rescoping is not the rule.
#pragma once

#include "daemon/core/login_round.hpp"
#include "daemon/core/login_sequence.hpp"
#include "daemon/core/scope_login.hpp"
#include "daemon/core/scope_opening.hpp"

#include <memory>
#include <optional>

namespace tokenward {

/// A login for each scope. A scope that has never been had may not exist, and callers may ask for any number
/// of those. So, once a login lives that others can be opened from, it is tried by rescoping; before that,
/// one after the other, and the first one that the IAM does not know brings such a login.
class scope_login_sequence final : public login_sequence {
  public:
    scope_login_sequence(flow_context& flow, scope target, duration at_least);
    login_step resume(login_event& event, const login_time& now) override;

  private:
    login_step begin(const login_time& now);
    login_step proceed(const login_time& now);
    login_step log_in(const login_time& now);
    login_step after_opening(const login_time& now);
    login_step after_login();

    flow_context& x_flow;
    login_state& x_state;
    scope x_target;
    duration x_at_least;
    bool x_unknown = false;
    bool x_opening_was_denied = false;
    std::optional<scope_opening> x_opening{};
    std::optional<scope_login> x_login{};
    enum class stage { begun, queued, opening, logging_in } x_stage = stage::begun;
};

/// The secret is a token: described once, served and rescoped until its end.
class given_token_sequence final : public login_sequence {
  public:
    given_token_sequence(flow_context& flow, scope target);
    login_step resume(login_event& event, const login_time& now) override;

  private:
    login_step take_secret(const secrets_read& all, const login_time& now);
    login_step take_description(login_answer described, const login_time& now);
    login_step open(const login_time& now);

    flow_context& x_flow;
    login_state& x_state;
    scope x_target;
    std::shared_ptr<const secret> x_given{};
    login_answer x_described{};
    std::optional<scope_opening> x_opening{};
    enum class stage { begun, reading, describing, validating, opening } x_stage = stage::begun;
};

/// The credential is for one scope, which its token names.
class own_scope_sequence final : public login_sequence {
  public:
    own_scope_sequence(flow_context& flow, scope target);
    login_step resume(login_event& event, const login_time& now) override;

  private:
    login_state& x_state;
    scope x_target;
    login_round x_round;
};

/// A person has given a passcode.
class passcode_sequence final : public login_sequence {
  public:
    passcode_sequence(flow_context& flow, std::shared_ptr<const secret> passcode);
    login_step resume(login_event& event, const login_time& now) override;

  private:
    flow_context& x_flow;
    login_state& x_state;
    login_round x_round;
    enum class stage { begun, queued, logging_in } x_stage = stage::begun;
};

} // namespace tokenward
