// Starts the listener for metrics as configured.
#include "daemon/local/net/metrics_server.hpp"

#include "daemon/base/log.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <utility>

namespace tokenward::local {
namespace {

constexpr std::size_t most_connections = 64; // of Prometheus servers and probes

// As the system chose it, if it was told to.
unsigned port_of(int fd, unsigned configured) noexcept {
    sockaddr_in6 bound{}; // sockaddr_in has its port in the same place
    socklen_t size = sizeof bound;
    const bool known = ::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size) == 0;
    return known ? ntohs(bound.sin6_port) : configured;
}

} // namespace

metrics_server::metrics_server(boost::asio::io_context& io, token_service& service, std::string version)
    : x_io(io), x_service(service), x_version(std::move(version)) {}

metrics_server::~metrics_server() {
    if (x_listener) x_listener->stop();
}

void metrics_server::take_up(const std::optional<loopback_address>& wanted) {
    if (x_at && wanted != x_at)
        log::warning("metrics", {}, "the address of `metrics` changes at the next start only");
    if (!x_at && wanted) listen(*wanted);
}

void metrics_server::listen(const loopback_address& at) {
    auto socket = listening_socket::listen_on(at);
    if (!socket) return log::error("metrics_not_served", {}, "{}", socket.error().detail);
    const unsigned port = port_of(socket->fd(), at.port);
    environment around{.service = x_service,
                       .version = x_version,
                       .started = x_service.counts().started.boot,
                       .for_monitoring = true};
    x_sessions = std::make_unique<session_pool>(x_io, std::move(around),
                                                connection_limits{.connections = most_connections});
    auto admit = [this](unique_fd connected) { x_sessions->admit(std::move(connected)); };
    x_listener = std::make_shared<listener>(x_io, std::move(*socket), admit);
    x_listener->start();
    x_at = at;
    log::info("metrics_served", {}, "metrics are served on {} port {}", at.address, port);
}

void metrics_server::stop(std::chrono::milliseconds grace_period) {
    if (!x_listener) return;
    x_listener->stop();
    x_sessions->stop(grace_period, [] {});
}

} // namespace tokenward::local
