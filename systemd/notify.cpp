// The datagrams of sd_notify(3), sent without waiting.
#include "systemd/notify.hpp"

#include "common/posix.hpp"

#include <systemd/sd-daemon.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string_view>

namespace tokenward::systemd {
namespace {

// The first character of the manager's address is `/` or, for an abstract name, `@`.
struct manager_address {
    sockaddr_un bytes{};
    socklen_t size = 0; // 0: there is none, or of a kind that isn't known
};

manager_address manager() noexcept {
    const std::string_view name = environment_variable("NOTIFY_SOCKET");
    manager_address made;
    if (name.size() < 2 || name.size() >= sizeof made.bytes.sun_path) return made;
    if (name.front() != '/' && name.front() != '@') return made;
    made.bytes.sun_family = AF_UNIX;
    name.copy(made.bytes.sun_path, name.size());
    const bool abstract = name.front() == '@';
    if (abstract) made.bytes.sun_path[0] = '\0';
    made.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + (abstract ? 0U : 1U));
    return made;
}

problem unreachable(const std::string& why) {
    return {errc::internal, "can't reach the service manager: " + why};
}

// As sd_pid_notify_with_fds(3), which however blocks for as long as the manager does not read, and with it
// all callers who want a token.
result<void> send(const std::string& what, const int* fd = nullptr) {
    if (!is_managed()) return unreachable("there is none");
    const manager_address to = manager();
    if (to.size == 0) return unreachable("$NOTIFY_SOCKET is not the address of a Unix socket");
    const unique_fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket) return unreachable(error_text(errno));

    iovec text{.iov_base = const_cast<char*>(what.data()), .iov_len = what.size()}; // sendmsg(2) only reads
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_name = const_cast<sockaddr_un*>(&to.bytes);
    message.msg_namelen = to.size;
    message.msg_iov = &text;
    message.msg_iovlen = 1;
    if (fd != nullptr) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof *fd);
        std::memcpy(CMSG_DATA(head), fd, sizeof *fd);
    }
    if (::sendmsg(socket.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return {};
    return unreachable(errno == EAGAIN ? "it does not read its socket" : error_text(errno));
}

// For notifications: without a manager there is nothing to do.
bool tell(const std::string& what) {
    return !is_managed() || send(what);
}

} // namespace

bool is_managed() noexcept {
    return !environment_variable("NOTIFY_SOCKET").empty();
}

bool notify_ready(const std::string& status) {
    return tell("READY=1\nSTATUS=" + status);
}

bool notify_status(const std::string& status) {
    return tell("STATUS=" + status);
}

void notify_reloading() {
    timespec now{};
    (void)clock_gettime(CLOCK_MONOTONIC, &now); // it is always there
    const auto since = std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
    const auto usec = std::chrono::duration_cast<std::chrono::microseconds>(since).count();
    (void)tell("RELOADING=1\nSTATUS=reading the configuration again\nMONOTONIC_USEC=" + std::to_string(usec));
}

void notify_stopping() {
    (void)tell("STOPPING=1\nSTATUS=finishing what is in flight");
}

std::optional<std::chrono::microseconds> watchdog_period() noexcept {
    std::uint64_t usec = 0;
    if (sd_watchdog_enabled(0, &usec) <= 0) return std::nullopt;
    return std::chrono::microseconds(usec);
}

void notify_alive() {
    (void)tell("WATCHDOG=1");
}

bool has_store() noexcept {
    return is_managed() && environment_variable("FDSTORE") != "0";
}

result<void> store(const std::string& name, int fd) {
    return send("FDSTORE=1\nFDNAME=" + name, &fd);
}

result<void> forget(const std::string& name) {
    return send("FDSTOREREMOVE=1\nFDNAME=" + name);
}

// As sd_notify_barrier(3), but leaves the waiting to the caller, who has other things to do meanwhile.
result<unique_fd> barrier() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return system_problem("make a pipe");
    unique_fd ours(ends[0]);
    const unique_fd theirs(ends[1]);
    const int fd = theirs.get();
    if (auto sent = send("BARRIER=1", &fd); !sent) return sent.error();
    return ours;
}

} // namespace tokenward::systemd
