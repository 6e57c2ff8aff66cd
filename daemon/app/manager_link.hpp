// The daemon's word to the service manager: that it serves, how it is, and that its event loop turns.
#pragma once

#include "daemon/service/token_service.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace tokenward {

/// Does nothing without a manager. One thread: that of `io`. `service` must outlive it.
class manager_link {
  public:
    manager_link(boost::asio::io_context& io, const token_service& service);

    /// The daemon listens: the manager is told, again and again if it does not listen, and from now on how it
    /// is; and its watchdog is fed, at half of its period at the latest and only from the event loop, while
    /// the service's timer is on time.
    void ready();
    void reloading();
    void reloaded();
    /// Nothing more is told.
    void stopping();

  private:
    std::string status();
    void tell_ready();
    void wait();
    void tell();

    const token_service& x_service;
    boost::asio::steady_timer x_timer;
    std::optional<std::chrono::microseconds> x_watchdog;
    std::string x_told;        // the last status
    bool x_told_ready = false; // that it serves
    bool x_complete = false;   // all scopes have a token
    bool x_late = false;
    bool x_stopped = false;
};

} // namespace tokenward
