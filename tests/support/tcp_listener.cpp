// See tcp_listener.hpp.
#include "tests/support/tcp_listener.hpp"

#include "tests/support/system_error.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace tokenward::support {

namespace {

struct numeric_address {
    sockaddr_storage storage{};
    socklen_t size = 0;

    numeric_address(const std::string& text, std::uint16_t port) {
        auto* const v4 = reinterpret_cast<sockaddr_in*>(&storage);
        auto* const v6 = reinterpret_cast<sockaddr_in6*>(&storage);
        if (::inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
            v4->sin_family = AF_INET;
            v4->sin_port = htons(port);
            size = sizeof *v4;
        } else if (::inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
            v6->sin6_family = AF_INET6;
            v6->sin6_port = htons(port);
            size = sizeof *v6;
        } else {
            throw_errno(text + " is not a numeric address", EINVAL);
        }
    }
    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

unique_fd new_socket(const numeric_address& where) {
    unique_fd made(::socket(where.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!made) throw_errno("socket");
    return made;
}

} // namespace

tcp_listener::tcp_listener(const std::string& address, int backlog) {
    numeric_address where(address, 0);
    x_socket = new_socket(where);
    if (::bind(x_socket.get(), where.get(), where.size) != 0) throw_errno("bind to " + address);
    if (::listen(x_socket.get(), backlog) != 0) throw_errno("listen on " + address);
    ::getsockname(x_socket.get(), where.get(), &where.size);
    x_port = ntohs(where.storage.ss_family == AF_INET
                       ? reinterpret_cast<const sockaddr_in*>(&where.storage)->sin_port
                       : reinterpret_cast<const sockaddr_in6*>(&where.storage)->sin6_port);
}

unique_fd tcp_listener::accept() const {
    for (;;) {
        unique_fd accepted(::accept4(x_socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (accepted || (errno != EINTR && errno != ECONNABORTED)) return accepted;
    }
}

void tcp_listener::shut() const noexcept {
    ::shutdown(x_socket.get(), SHUT_RDWR);
}

black_hole::black_hole(const std::string& address)
    : x_listener(address, 0), x_first(connect_tcp(address, x_listener.port())) {}

unique_fd connect_tcp(const std::string& address, std::uint16_t port) {
    numeric_address where(address, port);
    unique_fd made = new_socket(where);
    if (::connect(made.get(), where.get(), where.size) != 0) throw_errno("connect to " + address);
    const int on = 1;
    ::setsockopt(made.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return made;
}

bool has_ipv6_loopback() {
    try {
        const tcp_listener probe("::1");
        return true;
    } catch (const std::system_error&) {
        return false;
    }
}

} // namespace tokenward::support
