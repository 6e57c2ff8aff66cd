// Keeps the service manager informed: ready, reloading, stopping, a status line, and the watchdog.
#pragma once

#include "daemon/service/token_service.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace tokenward {

/// Does nothing without a service manager. One thread: the one that runs `io`. `service` must outlive it.
class manager_link {
  public:
    manager_link(boost::asio::io_context& io, const token_service& service);

    /// The daemon serves. The manager is told so, repeatedly until it has received it, and from now on gets
    /// the status. Its watchdog is fed from the event loop, at least twice per period, as long as renewals
    /// are on time.
    void ready();
    void reloading();
    void reloaded();
    /// The last notification.
    void stopping();

  private:
    std::string status();
    void tell_ready();
    void wait();
    void tell();

    const token_service& x_service;
    boost::asio::steady_timer x_timer;
    std::optional<std::chrono::microseconds> x_watchdog;
    std::string x_told;        // the last status that was sent
    bool x_told_ready = false; // "ready" was received
    bool x_complete = false;   // all scopes have a token
    bool x_late = false;
    bool x_stopped = false;
};

} // namespace tokenward
