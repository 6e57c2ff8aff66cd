// See connect_proxy.hpp.
#include "tests/support/connect_proxy.hpp"

#include <openssl/evp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <system_error>

namespace tokenward::support {

namespace {

bool write_all(int to, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

/// Up to the empty line; byte by byte, so that nothing of the tunnel is taken. Empty when the other side
/// goes.
std::string read_header(int from) {
    std::string header;
    char byte = 0;
    while (!header.ends_with("\r\n\r\n") && header.size() < 65536) {
        if (::recv(from, &byte, 1, 0) != 1) return {};
        header += byte;
    }
    return header;
}

std::string field(const std::string& header, const std::string& name) {
    const auto at = header.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto start = at + name.size() + 4;
    return header.substr(start, header.find("\r\n", start) - start);
}

std::string basic_text(std::string_view text) {
    std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    out.resize(static_cast<std::size_t>(size));
    return out;
}

/// Both ways until one side ends.
void pump(int a, int b) {
    std::array<pollfd, 2> ends{pollfd{a, POLLIN, 0}, pollfd{b, POLLIN, 0}};
    std::array<char, 65536> buffer;
    while (::poll(ends.data(), ends.size(), -1) > 0)
        for (std::size_t i = 0; i < ends.size(); ++i) {
            if (ends[i].revents == 0) continue;
            const auto got = ::recv(ends[i].fd, buffer.data(), buffer.size(), 0);
            if (got <= 0 || !write_all(ends[1 - i].fd, {buffer.data(), static_cast<std::size_t>(got)}))
                return;
        }
}

} // namespace

connect_proxy::connect_proxy(const std::string& address) : x_address(address), x_listener(address) {
    x_acceptor = std::thread([this] { accept_all(); });
}

connect_proxy::~connect_proxy() {
    x_listener.shut();
    x_acceptor.join();
    cut();
    std::unique_lock lock(x_mutex);
    x_done.wait(lock, [this] { return x_serving == 0; });
}

std::string connect_proxy::url(std::string_view userinfo) const {
    const std::string host = x_address.find(':') == std::string::npos ? x_address : '[' + x_address + ']';
    return "http://" + std::string(userinfo) + (userinfo.empty() ? "" : "@") + host + ':' +
           std::to_string(port());
}

void connect_proxy::answer_with(int status) {
    const std::lock_guard lock(x_mutex);
    x_status = status;
}

void connect_proxy::demand(std::string_view credentials) {
    const std::lock_guard lock(x_mutex);
    x_wanted = "Basic " + basic_text(credentials);
}

void connect_proxy::cut() {
    const std::lock_guard lock(x_mutex);
    for (const int socket : x_open) ::shutdown(socket, SHUT_RDWR);
}

proxy_counts connect_proxy::seen() const {
    const std::lock_guard lock(x_mutex);
    return x_seen;
}

void connect_proxy::accept_all() {
    while (auto client = x_listener.accept()) {
        const std::lock_guard lock(x_mutex);
        ++x_seen.connections;
        ++x_serving;
        x_open.insert(client.get());
        std::thread([this, socket = std::move(client)]() mutable {
            serve(socket.get());
            const std::lock_guard done(x_mutex);
            x_open.erase(socket.get());
            socket.reset();
            --x_serving;
            x_done.notify_all(); // under the lock: this object may go as soon as it is free
        }).detach();
    }
}

int connect_proxy::judge(const std::string& header) {
    const std::lock_guard lock(x_mutex);
    x_seen.last_request = header;
    x_seen.authorization = field(header, "Proxy-Authorization");
    if (!header.starts_with("CONNECT ")) return 405;
    x_seen.asked.push_back(header.substr(8, header.find(' ', 8) - 8));
    return !x_wanted.empty() && x_seen.authorization != x_wanted ? 407 : x_status;
}

unique_fd connect_proxy::open_tunnel(const std::string& destination) {
    const auto colon = destination.rfind(':');
    std::string host = destination.substr(0, colon);
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    const bool numeric =
        host.find_first_not_of("0123456789.") == std::string::npos || host.find(':') != std::string::npos;
    const auto port = static_cast<std::uint16_t>(std::stoul(destination.substr(colon + 1)));
    return connect_tcp(numeric ? host : "127.0.0.1", port);
}

void connect_proxy::serve(int client) {
    const std::string header = read_header(client);
    if (header.empty()) return;
    int status = judge(header);
    unique_fd server;
    if (status == 200) {
        try {
            server = open_tunnel(header.substr(8, header.find(' ', 8) - 8));
        } catch (const std::system_error&) {
            status = 502;
        }
    }
    {
        const std::lock_guard lock(x_mutex);
        ++(status == 200 ? x_seen.opened : x_seen.refused);
    }
    if (status == 0) {
        pollfd hangup{client, POLLRDHUP, 0};
        ::poll(&hangup, 1, -1);
    } else if (status == 200) {
        if (write_all(client, "HTTP/1.1 200 Connection established\r\n\r\n")) pump(client, server.get());
    } else {
        write_all(client, "HTTP/1.1 " + std::to_string(status) +
                              " No\r\nProxy-Authenticate: Basic realm=\"test\"\r\nContent-Type: text/html\r\n"
                              "Content-Length: 15\r\n\r\n<html>no</html>");
    }
}

} // namespace tokenward::support
