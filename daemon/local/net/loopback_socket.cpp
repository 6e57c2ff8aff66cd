// Binds the TCP socket from which Prometheus reads the metrics.
#include "daemon/local/net/listening_socket.hpp"

#include "common/posix.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <optional>

namespace tokenward::local {
namespace {

struct inet_address {
    sockaddr_storage bytes{};
    socklen_t size = 0;
    const sockaddr* generic() const { return reinterpret_cast<const sockaddr*>(&bytes); }
};

// None if the address is not numeric: it must not become that of all interfaces.
std::optional<inet_address> inet_address_of(const loopback_address& at) {
    inet_address made;
    if (at.address.find(':') != std::string::npos) {
        sockaddr_in6 six{};
        six.sin6_family = AF_INET6;
        six.sin6_port = htons(at.port);
        if (::inet_pton(AF_INET6, at.address.c_str(), &six.sin6_addr) != 1) return std::nullopt;
        made.size = sizeof six;
        std::memcpy(&made.bytes, &six, sizeof six);
    } else {
        sockaddr_in four{};
        four.sin_family = AF_INET;
        four.sin_port = htons(at.port);
        if (::inet_pton(AF_INET, at.address.c_str(), &four.sin_addr) != 1) return std::nullopt;
        made.size = sizeof four;
        std::memcpy(&made.bytes, &four, sizeof four);
    }
    return made;
}

problem cannot_listen(const loopback_address& at) {
    const int error = errno;
    return {errc::internal,
            fmt::format("can't listen on {} port {} for `metrics`: {}{}", at.address, at.port,
                        error_text(error),
                        error == EADDRINUSE ? "; choose another port, or end the program that has it "
                                              "(`ss -ltnp` names it) and reload"
                                            : "")};
}

} // namespace

result<listening_socket> listening_socket::listen_on(const loopback_address& at) {
    const auto address = inet_address_of(at);
    if (!address)
        return problem{errc::internal,
                       fmt::format("the address of `metrics` is not numeric: {}", at.address)};
    listening_socket made;
    made.x_fd = unique_fd(
        ::socket(address->generic()->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP));
    if (!made.x_fd) return cannot_listen(at);
    const int yes = 1; // a restart must not wait for the connections of the run before to be forgotten
    (void)::setsockopt(made.fd(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes); // else bind() says why
    if (::bind(made.fd(), address->generic(), address->size) != 0 || ::listen(made.fd(), 16) != 0)
        return cannot_listen(at);
    return made;
}

} // namespace tokenward::local
