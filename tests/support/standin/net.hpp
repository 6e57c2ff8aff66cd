// Listening sockets that can be closed and opened again on the same port.
#pragma once

#include "tests/support/unique_fd.hpp"

#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace tokenward::standin {

using support::unique_fd;

/// A numeric address and a port: "127.0.0.1:0", "[::1]:5000".
struct socket_address {
    sockaddr_storage storage{};
    socklen_t size = 0;

    /// Throws std::invalid_argument.
    static socket_address parse(std::string_view text);
    /// The address that a socket is bound to.
    static socket_address of(int socket);

    std::uint16_t port() const;
    std::string text() const;
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// One port. A second socket is bound to it and never listens, so that the port stays ours while it is
/// closed, and a connection is refused then.
class listener {
  public:
    using handler = std::function<void(unique_fd)>;

    /// Binds; port 0 = any. `on_connection` is called in the listener's own thread. Throws std::system_error.
    listener(const socket_address& where, handler on_connection);
    ~listener() { close(); }
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;

    /// Listens. Nothing happens when it does already. Throws std::system_error.
    void open();
    /// Refuses connections from now on; those accepted live on.
    void close();

    const socket_address& address() const noexcept { return x_address; }

  private:
    void accept_all();

    unique_fd x_keeper;
    socket_address x_address;
    handler x_on_connection;
    unique_fd x_socket;
    std::thread x_acceptor;
};

} // namespace tokenward::standin
