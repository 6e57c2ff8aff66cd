// See http_client.hpp.
#include "tests/support/http_client.hpp"

#include "tests/support/system_error.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <stdexcept>
#include <strings.h>
#include <system_error>

namespace tokenward::support {

namespace {

bool same_name(std::string_view a, std::string_view b) {
    return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::size_t to_number(std::string_view text, int base) {
    std::size_t value = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (end.ec != std::errc{}) throw std::runtime_error("not a number: " + std::string(text));
    return value;
}

unique_fd connect_to(const sockaddr* address, socklen_t size, const std::string& name) {
    unique_fd socket(::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket) throw_errno("socket");
    if (::connect(socket.get(), address, size) != 0) throw_errno("connect to " + name);
    return socket;
}

} // namespace

std::string http_reply::header(std::string_view name) const {
    const auto found = std::ranges::find_if(headers, [&](const auto& h) { return same_name(h.first, name); });
    return found == headers.end() ? std::string() : found->second;
}

std::size_t http_reply::count_header(std::string_view name) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(headers, [&](const auto& h) { return same_name(h.first, name); }));
}

http_client http_client::over_unix(const std::filesystem::path& socket) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = socket;
    if (path.size() >= sizeof address.sun_path) throw_errno(path, ENAMETOOLONG);
    std::memcpy(address.sun_path, path.data(), path.size());
    return http_client(connect_to(reinterpret_cast<const sockaddr*>(&address), sizeof address, path));
}

http_client http_client::over_tcp(const std::string& host, std::uint16_t port) {
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    v4.sin_family = AF_INET;
    v6.sin6_family = AF_INET6;
    v4.sin_port = v6.sin6_port = htons(port);
    const auto name = host + ":" + std::to_string(port);
    auto connected = [&] {
        if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1)
            return connect_to(reinterpret_cast<const sockaddr*>(&v4), sizeof v4, name);
        if (::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1)
            return connect_to(reinterpret_cast<const sockaddr*>(&v6), sizeof v6, name);
        throw std::runtime_error("not a numeric address: " + host);
    }();
    const int on = 1;
    ::setsockopt(connected.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return http_client(std::move(connected));
}

http_reply http_client::request(std::string_view method, std::string_view target, const http_headers& headers,
                                std::string_view body) {
    std::string text = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\n";
    bool has_host = false, has_length = body.empty() && method != "POST";
    for (const auto& [name, value] : headers) {
        has_host = has_host || same_name(name, "Host");
        has_length = has_length || same_name(name, "Content-Length") || same_name(name, "Transfer-Encoding");
        text.append(name).append(": ").append(value).append("\r\n");
    }
    if (!has_host) text += "Host: localhost\r\n";
    if (!has_length) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    send_raw((text += "\r\n") += body);
    return read_reply(method == "HEAD");
}

http_reply http_client::read_reply(bool to_head) {
    http_reply reply;
    const std::string line = take_line();
    const auto first = line.find(' ');
    if (!line.starts_with("HTTP/") || first == std::string::npos)
        throw std::runtime_error("not a status line: " + line.substr(0, 80));
    reply.version = line.substr(0, first);
    reply.status = static_cast<int>(to_number(line.substr(first + 1, 3), 10));
    if (line.size() > first + 5) reply.reason = line.substr(first + 5);
    take_headers(reply);
    if (!to_head && reply.status >= 200 && reply.status != 204 && reply.status != 304) take_body(reply);
    return reply;
}

void http_client::take_headers(http_reply& reply) {
    for (std::string line = take_line(); !line.empty(); line = take_line()) {
        const auto colon = line.find(':');
        if (colon == std::string::npos) throw std::runtime_error("not a header: " + line.substr(0, 80));
        const auto value = std::min(line.find_first_not_of(" \t", colon + 1), line.size());
        reply.headers.emplace_back(line.substr(0, colon), line.substr(value));
    }
}

void http_client::take_body(http_reply& reply) {
    if (same_name(reply.header("Transfer-Encoding"), "chunked"))
        reply.body = take_chunks();
    else if (reply.has_header("Content-Length"))
        reply.body = take(to_number(reply.header("Content-Length"), 10));
    else
        reply.body = receive_to_end();
}

std::string http_client::take_chunks() {
    std::string body;
    for (;;) {
        const auto size = to_number(take_line(), 16);
        body += take(size);
        take_line(); // the end of the chunk, or of the (empty) trailer
        if (size == 0) return body;
    }
}

std::string http_client::take(std::size_t size) {
    while (x_received.size() < size)
        if (!fill()) throw std::runtime_error("the connection was closed in the middle of a reply");
    auto result = x_received.substr(0, size);
    x_received.erase(0, size);
    return result;
}

std::string http_client::take_line() {
    for (std::size_t searched = 0;;) {
        const auto end = x_received.find("\r\n", searched);
        if (end != std::string::npos) {
            auto line = x_received.substr(0, end);
            x_received.erase(0, end + 2);
            return line;
        }
        searched = x_received.empty() ? 0 : x_received.size() - 1;
        if (!fill()) throw std::runtime_error("the connection was closed before a reply was complete");
    }
}

bool http_client::fill() {
    pollfd readable{x_socket.get(), POLLIN, 0};
    const auto start = std::chrono::steady_clock::now();
    int ready = -1;
    while ((ready = ::poll(&readable, 1, remaining_ms(start, x_limit))) < 0 && errno == EINTR) {
    }
    if (ready == 0) throw std::runtime_error("no answer within the limit");
    std::array<char, 65536> buffer;
    const auto size = ::recv(x_socket.get(), buffer.data(), buffer.size(), 0);
    if (size < 0) throw_errno("recv");
    x_received.append(buffer.data(), static_cast<std::size_t>(size));
    return size > 0;
}

void http_client::send_raw(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(x_socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0) throw_errno("send");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::string http_client::receive_raw() {
    if (x_received.empty()) fill();
    return std::exchange(x_received, {});
}

std::string http_client::receive_to_end() {
    while (fill()) {
    }
    return std::exchange(x_received, {});
}

bool http_client::is_closed_by_peer() {
    try {
        return x_received.empty() && !fill();
    } catch (const std::system_error&) {
        return true; // a reset closes too
    } catch (const std::runtime_error&) {
        return false; // still open at the limit
    }
}

void http_client::shut_sending() {
    ::shutdown(x_socket.get(), SHUT_WR);
}

void http_client::reset() {
    const linger at_once{1, 0};
    ::setsockopt(x_socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    x_socket.reset();
}

} // namespace tokenward::support
