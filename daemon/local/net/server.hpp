// The local side as a whole: what the daemon starts and stops.
#pragma once

#include "daemon/local/net/listener.hpp"
#include "daemon/local/net/session_pool.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tokenward::local {

struct server_options {
    unsigned own_uid = 0;  ///< the daemon's own: it may do everything, like root
    std::string version{}; ///< for /v1/status
    instant started{};     ///< when the daemon was started
    connection_limits limits{};
    caller_directory* directory =
        nullptr; ///< outlives the server; null = nothing is known of callers' numbers
};

/// Serves the tokens of a token_service. One thread: that of `io`, which must not run any more when this
/// goes; the service outlives it.
class server {
  public:
    server(boost::asio::io_context& io, token_service& service, const server_options& options,
           std::vector<listening_socket> sockets);
    ~server();

    /// Begins to accept.
    void start();

    /// Stops accepting and removes the sockets; then session_pool::stop. So that those who wait are answered,
    /// stop the service right after.
    void stop(std::chrono::milliseconds grace_period, std::function<void()> stopped);

    std::size_t connections() const noexcept { return x_sessions.size(); }

  private:
    session_pool x_sessions;
    std::vector<std::shared_ptr<listener>> x_listeners;
};

} // namespace tokenward::local
