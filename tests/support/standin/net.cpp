// See net.hpp.
#include "tests/support/standin/net.hpp"

#include "tests/support/system_error.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace tokenward::standin {

namespace {

unique_fd bound_socket(const socket_address& where) {
    unique_fd socket(::socket(where.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket) support::throw_errno("socket");
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(socket.get(), where.get(), where.size) != 0) support::throw_errno("bind to " + where.text());
    return socket;
}

} // namespace

socket_address socket_address::parse(std::string_view text) {
    const auto colon = text.rfind(':');
    std::string host(text.substr(0, colon));
    std::uint16_t port = 0;
    const bool has_port = colon != std::string_view::npos &&
                          std::from_chars(text.data() + colon + 1, text.data() + text.size(), port).ptr ==
                              text.data() + text.size();
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);

    socket_address result;
    auto* const v4 = reinterpret_cast<sockaddr_in*>(&result.storage);
    auto* const v6 = reinterpret_cast<sockaddr_in6*>(&result.storage);
    if (has_port && ::inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        result.size = sizeof *v4;
    } else if (has_port && ::inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        result.size = sizeof *v6;
    } else {
        throw std::invalid_argument("\"" + std::string(text) + "\" is not a numeric ADDRESS:PORT");
    }
    return result;
}

socket_address socket_address::of(int socket) {
    socket_address result;
    result.size = sizeof result.storage;
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&result.storage), &result.size);
    return result;
}

std::uint16_t socket_address::port() const {
    return ntohs(storage.ss_family == AF_INET ? reinterpret_cast<const sockaddr_in*>(&storage)->sin_port
                                              : reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port);
}

std::string socket_address::text() const {
    char host[INET6_ADDRSTRLEN] = "";
    if (storage.ss_family == AF_INET) {
        ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(&storage)->sin_addr, host, sizeof host);
        return std::string(host) + ":" + std::to_string(port());
    }
    ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_addr, host, sizeof host);
    return "[" + std::string(host) + "]:" + std::to_string(port());
}

listener::listener(const socket_address& where, handler on_connection)
    : x_keeper(bound_socket(where)), x_address(socket_address::of(x_keeper.get())),
      x_on_connection(std::move(on_connection)) {}

void listener::open() {
    if (x_socket) return;
    x_socket = bound_socket(x_address);
    if (::listen(x_socket.get(), SOMAXCONN) != 0) support::throw_errno("listen on " + x_address.text());
    x_acceptor = std::thread([this] { accept_all(); });
}

void listener::close() {
    if (!x_socket) return;
    ::shutdown(x_socket.get(), SHUT_RDWR); // wakes accept, which then fails
    x_acceptor.join();
    x_socket.reset();
}

void listener::accept_all() {
    for (;;) {
        unique_fd accepted(::accept4(x_socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (accepted) {
            const int on = 1;
            ::setsockopt(accepted.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            x_on_connection(std::move(accepted));
        } else if (errno == EMFILE || errno == ENFILE) {
            ::poll(nullptr, 0, 10); // no descriptor left: the queue stays readable, so don't spin
        } else if (errno != EINTR && errno != ECONNABORTED) {
            return;
        }
    }
}

} // namespace tokenward::standin
