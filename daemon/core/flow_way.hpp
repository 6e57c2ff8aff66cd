// The interface of the ways in which a flow gets its token.
#pragma once

#include "daemon/core/login_step.hpp"

#include <utility>

namespace tokenward {

/// The base of all of them. One object is used for one flow.
class flow_way {
  public:
    virtual ~flow_way() = default;
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
