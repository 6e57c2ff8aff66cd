// The optional loopback listener for Prometheus: serves metrics and health, and never a token.
#pragma once

#include "daemon/local/net/listener.hpp"
#include "daemon/local/net/session_pool.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace tokenward::local {

/// Off until take_up(). One thread: that of `io`, which must not run any more when this goes; the service
/// outlives it.
class metrics_server {
  public:
    metrics_server(boost::asio::io_context& io, token_service& service, std::string version);
    ~metrics_server();

    /// Begins to listen as configured, unless it listens already. Call at the start and at each reload. A
    /// failure is logged and changes nothing else; a port that is in use is tried again at the next reload.
    /// Once it listens, the address stays until the next start.
    void take_up(const std::optional<loopback_address>& wanted);

    /// As session_pool::stop.
    void stop(std::chrono::milliseconds grace_period);

  private:
    void listen(const loopback_address& at);

    boost::asio::io_context& x_io;
    token_service& x_service;
    std::string x_version;
    std::unique_ptr<session_pool> x_sessions;
    std::shared_ptr<listener> x_listener;
    std::optional<loopback_address> x_at; // where it listens
};

} // namespace tokenward::local
