// What all connections share: the environment of requests, the input buffer, and the log of failures.
#pragma once

#include "common/time.hpp"
#include "daemon/local/api/exchange.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

namespace tokenward::local {

class session;

/// Logs connections that ended because something failed inside the daemon: at most one line a second, with
/// their number, so that a caller that causes failures can't fill the log. One thread.
class failure_log {
  public:
    /// `what` failed: the text of an exception.
    void report(const char* what, instant now) noexcept;

  private:
    std::optional<instant> x_last_line{};
    std::size_t x_unreported = 0;
};

/// What all connections share; outlives them. One thread.
struct session_context {
    environment around;
    std::span<char> input;                ///< receives requests; not used between two events
    std::uint32_t ticks = 0;              ///< seconds, about, since the start
    bool stopping = false;                ///< the daemon ends: no new request is read
    std::function<void(session&)> closed; ///< called when a connection has ended. Must not throw
    failure_log failures{};
};

} // namespace tokenward::local
