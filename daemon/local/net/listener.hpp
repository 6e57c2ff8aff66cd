// Accepts connections on one listening socket, in bursts that leave room for others.
#pragma once

#include "daemon/local/net/listening_socket.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace tokenward::local {

/// One thread. A pending wait keeps the object alive; after stop() `accepted` is not called.
class listener : public std::enable_shared_from_this<listener> {
  public:
    using handler = std::function<void(unique_fd)>;

    /// `accepted` gets each new connection: non-blocking, closed on exec. It must not throw.
    listener(boost::asio::io_context& io, listening_socket socket, handler accepted);
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;
    ~listener();

    /// Begins to accept. Call once. Handlers throw std::runtime_error when there is no memory to go on: what
    /// can't accept any more is of no use.
    void start();
    /// Accepts no more; the socket is closed and removed.
    void stop();

  private:
    void wait();
    void accept_some();
    void pause(int error);

    std::optional<listening_socket> x_socket; // none = stopped
    boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> x_descriptor;
    boost::asio::steady_timer x_pause;
    handler x_accepted;
    bool x_short_of_descriptors = false; // and it has been logged
};

} // namespace tokenward::local
