// See load.hpp.
#include "tests/bench/load.hpp"

#include "tests/bench/unix_socket.hpp"

#include <sys/epoll.h>

#include <array>
#include <charconv>
#include <stdexcept>
#include <vector>

namespace tokenward::bench {
namespace {

using support::unique_fd;

constexpr std::string_view request = "GET /v1/tokens/ci/eu-de HTTP/1.1\r\nHost: localhost\r\n\r\n";

void ask(int fd) {
    if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
        fail("send");
}

/// At least a byte of what has come.
std::string_view receive(int fd) {
    static std::array<char, 1 << 16> buffer;
    const auto count = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (count == 0) throw std::runtime_error("the server has closed a connection");
    if (count < 0) fail("recv");
    return {buffer.data(), static_cast<std::size_t>(count)};
}

void receive_answer(int fd, std::size_t answer) {
    for (std::size_t received = 0; received < answer;) received += receive(fd).size();
}

void send_on_new_connections(const load& what, const std::string& socket, std::size_t answer) {
    for (unsigned i = 0; i < what.requests; ++i) {
        const auto fd = unix_socket(socket, ::connect);
        ask(fd.get());
        receive_answer(fd.get(), answer);
    }
}

struct caller {
    unique_fd fd;
    std::size_t missing; ///< of the answer that it waits for
};

void send_on_kept_connections(const load& what, const std::string& socket, std::size_t answer) {
    const unique_fd poll(::epoll_create1(EPOLL_CLOEXEC));
    std::vector<caller> callers;
    for (unsigned i = 0; i < what.connections; ++i) {
        callers.push_back({unix_socket(socket, ::connect), answer});
        epoll_event event{.events = EPOLLIN, .data = {.u32 = i}};
        if (::epoll_ctl(poll.get(), EPOLL_CTL_ADD, callers.back().fd.get(), &event) != 0) fail("epoll_ctl");
        ask(callers.back().fd.get());
    }
    std::array<epoll_event, 64> events{};
    for (unsigned asked = what.connections, answered = 0; answered < asked;) {
        const int count = ::epoll_wait(poll.get(), events.data(), events.size(), -1);
        for (int i = 0; i < count; ++i) {
            auto& from = callers[events[static_cast<std::size_t>(i)].data.u32];
            from.missing -= receive(from.fd.get()).size();
            if (from.missing != 0) continue;
            ++answered;
            if (asked == what.requests) continue;
            ++asked;
            from.missing = answer;
            ask(from.fd.get());
        }
    }
}

} // namespace

std::size_t answer_size(const std::string& socket) {
    constexpr std::string_view length = "Content-Length: ";
    const auto fd = unix_socket(socket, ::connect);
    ask(fd.get());
    std::string text;
    while (text.find("\r\n\r\n") == std::string::npos) text += receive(fd.get());
    const auto at = text.find(length);
    if (!text.starts_with("HTTP/1.1 200 ") || at == std::string::npos)
        throw std::runtime_error("no token is served");
    std::size_t body = 0;
    std::from_chars(text.data() + at + length.size(), text.data() + text.size(), body);
    return text.find("\r\n\r\n") + 4 + body;
}

void send(const load& what, const std::string& socket, std::size_t answer) {
    if (what.reconnect)
        send_on_new_connections(what, socket, answer);
    else
        send_on_kept_connections(what, socket, answer);
}

} // namespace tokenward::bench
