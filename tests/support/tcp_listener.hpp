// A TCP port of a test's own on loopback: one that takes connections, or one that lets them hang.
#pragma once

#include "tests/support/unique_fd.hpp"

#include <cstdint>
#include <string>

namespace tokenward::support {

/// Listens on a free port. Throws std::system_error.
class tcp_listener {
  public:
    /// `address` is a numeric one of this machine: "127.0.0.1", "::1".
    explicit tcp_listener(const std::string& address = "127.0.0.1", int backlog = 128);

    std::uint16_t port() const noexcept { return x_port; }
    int get() const noexcept { return x_socket.get(); }
    /// The next connection; none after shut().
    unique_fd accept() const;
    /// Wakes accept(), which then has nothing for good.
    void shut() const noexcept;

  private:
    unique_fd x_socket;
    std::uint16_t x_port = 0;
};

/// An address that never answers: a port whose queue is full, so that the kernel drops what comes. As a dead
/// host behind a router, without any traffic outside this machine.
class black_hole {
  public:
    explicit black_hole(const std::string& address = "127.0.0.1");
    std::uint16_t port() const noexcept { return x_listener.port(); }

  private:
    tcp_listener x_listener;
    unique_fd x_first; ///< fills the queue
};

/// A socket that is connected to a numeric address. Throws std::system_error.
unique_fd connect_tcp(const std::string& address, std::uint16_t port);

/// Whether this machine has ::1.
bool has_ipv6_loopback();

} // namespace tokenward::support
