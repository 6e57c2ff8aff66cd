// See notify.hpp.
#include "systemd/notify.hpp"

#include <systemd/sd-daemon.h>

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace tokenward::systemd {
namespace {

// What only informs may get lost: the manager will hear the next one.
void tell(const std::string& what) {
    (void)sd_notify(0, what.c_str());
}

result<void> send(const std::string& what, const int* fd) {
    const int sent = sd_pid_notify_with_fds(0, 0, what.c_str(), fd, fd == nullptr ? 0 : 1);
    if (sent > 0) return {};
    return problem{errc::internal, std::string("can't reach the service manager: ") +
                                       (sent == 0 ? "there is none" : std::strerror(-sent))};
}

} // namespace

bool is_managed() noexcept {
    const char* where = std::getenv("NOTIFY_SOCKET");
    return where != nullptr && *where != '\0';
}

void notify_ready(const std::string& status) {
    tell("READY=1\nSTATUS=" + status);
}

void notify_status(const std::string& status) {
    tell("STATUS=" + status);
}

void notify_reloading() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const auto since = std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
    const auto usec = std::chrono::duration_cast<std::chrono::microseconds>(since).count();
    tell("RELOADING=1\nSTATUS=reading the configuration again\nMONOTONIC_USEC=" + std::to_string(usec));
}

void notify_stopping() {
    tell("STOPPING=1\nSTATUS=finishing what is in flight");
}

std::optional<std::chrono::microseconds> watchdog_period() noexcept {
    std::uint64_t usec = 0;
    if (sd_watchdog_enabled(0, &usec) <= 0) return std::nullopt;
    return std::chrono::microseconds(usec);
}

void notify_alive() {
    tell("WATCHDOG=1");
}

bool has_store() noexcept {
    const char* most = std::getenv("FDSTORE");
    return is_managed() && (most == nullptr || std::strcmp(most, "0") != 0);
}

result<void> store(const std::string& name, int fd) {
    return send("FDSTORE=1\nFDNAME=" + name, &fd);
}

result<void> forget(const std::string& name) {
    return send("FDSTOREREMOVE=1\nFDNAME=" + name, nullptr);
}

// What sd_notify_barrier(3) does, but for the waiting: that is the caller's, who has other things to do
// meanwhile.
result<unique_fd> barrier() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        return problem{errc::internal, std::string("can't make a pipe: ") + std::strerror(errno)};
    unique_fd ours(ends[0]);
    const unique_fd theirs(ends[1]);
    const int fd = theirs.get();
    if (auto sent = send("BARRIER=1", &fd); !sent) return sent.error();
    return ours;
}

} // namespace tokenward::systemd
