// Writes to the journal's socket and to a stream, without blocking.
#include "daemon/base/log_output.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>

namespace tokenward::log {
namespace {

constexpr int wanted_buffer =
    8 << 20; // of the socket to the journal, for bursts; the kernel gives what it may

bool becomes_writable(int fd, std::chrono::milliseconds within) noexcept {
    pollfd watched{.fd = fd, .events = POLLOUT, .revents = 0};
    int ready = 0;
    do ready = ::poll(&watched, 1, static_cast<int>(within.count()));
    while (ready < 0 && errno == EINTR);
    return ready > 0;
}

// Connected, so that poll(2) tells whether its reader has room.
unique_fd connect_to(const std::string& path) noexcept {
    sockaddr_un to{};
    if (path.size() >= sizeof to.sun_path) return {};
    to.sun_family = AF_UNIX;
    path.copy(to.sun_path, path.size());
    unique_fd made(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!made || ::connect(made.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return {};
    // A smaller buffer holds less of a burst, no more.
    (void)::setsockopt(made.get(), SOL_SOCKET, SO_SNDBUF, &wanted_buffer, sizeof wanted_buffer);
    return made;
}

outcome send_line(int fd, std::string_view line) noexcept {
    ssize_t sent = 0;
    do sent = ::send(fd, line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    if (sent >= 0) return outcome::taken;
    return errno == EAGAIN || errno == ENOBUFS ? outcome::full : outcome::broken;
}

} // namespace

outcome journal_output::send(std::span<const std::string> entries) {
    std::string line;
    for (const std::string& each : entries) line.append(each, 0, longest_entry).append(1, '\n');
    outcome got = x_socket ? send_line(x_socket.get(), line) : outcome::broken;
    if (got == outcome::broken) { // it may have been started anew
        x_socket = connect_to(x_path);
        if (x_socket) got = send_line(x_socket.get(), line);
    }
    if (got == outcome::full && becomes_writable(x_socket.get(), x_wait.limit()))
        got = send_line(x_socket.get(), line);
    x_wait.ended(got == outcome::full);
    return got;
}

bool stream_output::is_writable() noexcept {
    const bool good = becomes_writable(x_fd, x_wait.limit());
    x_wait.ended(!good);
    return good;
}

// What poll(2) calls writable takes PIPE_BUF bytes without making the writer wait.
outcome stream_output::write(std::string_view line) {
    std::string ended;
    if (x_inside_line) {
        ended.append(1, '\n').append(line);
        line = ended;
    }
    while (!line.empty()) {
        if (!is_writable()) return outcome::full;
        const auto part = line.substr(0, PIPE_BUF);
        auto put = ::send(x_fd, part.data(), part.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (put < 0 && errno == ENOTSOCK) put = ::write(x_fd, part.data(), part.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0 && errno == EAGAIN) return outcome::full;
        if (put <= 0) return outcome::broken;
        line.remove_prefix(static_cast<std::size_t>(put));
        x_inside_line = !line.empty();
    }
    return outcome::taken;
}

} // namespace tokenward::log
