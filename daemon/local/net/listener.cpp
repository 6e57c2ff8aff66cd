// Waits until the socket is readable, accepts connections, and pauses when descriptors run out.
#include "daemon/local/net/listener.hpp"

#include "common/posix.hpp"
#include "daemon/base/log.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <new>
#include <stdexcept>
#include <utility>

namespace tokenward::local {
namespace {

constexpr int burst = 64; // connections accepted before others get their turn
constexpr std::chrono::milliseconds pause_without_descriptors{100};

} // namespace

listener::listener(boost::asio::io_context& io, listening_socket socket, handler accepted)
    : x_socket(std::move(socket)), x_descriptor(io, x_socket->fd()), x_pause(io),
      x_accepted(std::move(accepted)) {}

listener::~listener() {
    stop();
}

void listener::start() {
    wait();
}

void listener::stop() {
    if (!x_socket) return;
    x_pause.cancel();
    x_descriptor.release(); // the socket closes it
    x_socket.reset();
}

void listener::wait() {
    auto readable = [self = shared_from_this()](boost::system::error_code error) {
        if (!error) self->accept_some();
    };
    try {
        x_descriptor.async_wait(x_descriptor.wait_read, std::move(readable));
    } catch (const std::bad_alloc&) {
        pause(ENOMEM);
    }
}

void listener::accept_some() {
    for (int i = 0; i < burst; ++i) {
        if (!x_socket) return;
        unique_fd connected(::accept4(x_socket->fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (connected) {
            x_short_of_descriptors = false;
            x_accepted(std::move(connected));
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            break;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            return pause(errno);
        }
    }
    wait();
}

// The socket stays readable although nothing can be accepted (EMFILE, ENFILE, ENOMEM): waiting for it would
// spin.
void listener::pause(int error) {
    if (!std::exchange(x_short_of_descriptors, true))
        log::warning("accept_paused", {}, "can't accept connections for now: {}", error_text(error));
    x_pause.expires_after(pause_without_descriptors);
    auto over = [self = shared_from_this()](boost::system::error_code cancelled) {
        if (!cancelled) self->accept_some();
    };
    try {
        x_pause.async_wait(std::move(over));
    } catch (const std::bad_alloc&) {
        throw std::runtime_error("there is no memory to wait for connections");
    }
}

} // namespace tokenward::local
