// The interface of the sequences of steps that end with a token.
#pragma once

#include "daemon/core/login_step.hpp"

#include <utility>

namespace tokenward {

/// The order of steps in which a flow gets its token; which one depends on how the identity logs in.
class login_sequence {
  public:
    virtual ~login_sequence() = default;
    /// As login_attempt::resume().
    virtual login_step resume(login_event& event, const login_time& now) = 0;
    /// When done.
    fetch_result& outcome() noexcept { return x_result; }

  protected:
    /// Ends the flow.
    login_step finish(fetch_result with) {
        x_result = std::move(with);
        return {};
    }

  private:
    fetch_result x_result{};
};

} // namespace tokenward
