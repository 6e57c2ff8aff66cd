// Finds the peer's process by SO_PEERPIDFD or its pid, and reads its unit and user namespace.
#include "daemon/local/peer/peer_unit.hpp"

#include "daemon/base/text/ascii.hpp"

#include <fmt/format.h>
#include <systemd/sd-login.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string_view>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77 // since Linux 6.5, not yet in Debian 12's headers
#endif

namespace tokenward::local {
namespace {

// The beginning of a file below /proc; empty if it can't be read.
std::string read_start(const std::string& path) {
    unique_fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 1024> text{};
    ssize_t size = file ? ::read(file.get(), text.data(), text.size()) : -1;
    return {text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

// The pid behind a pidfd; 0 if the process has been reaped, or isn't in our pid namespace.
pid_t pid_behind(int pidfd) {
    std::string info = read_start(fmt::format("/proc/self/fdinfo/{}", pidfd));
    auto at = info.find("\nPid:");
    if (at == std::string::npos) return 0;
    std::string_view line = std::string_view(info).substr(at + 5);
    auto pid = parse_number<std::uint64_t>(trimmed(line.substr(0, line.find('\n'))));
    return static_cast<pid_t>(pid.value_or(0)); // -1 is no number, and so 0
}

// systemd can't tell a process that is in no unit from one whose control group lies beyond what we see of the
// tree, from within a container.
bool is_beyond_view(pid_t pid) {
    char* found = nullptr;
    if (sd_pid_get_cgroup(pid, &found) < 0) return false; // no control group at all
    const std::unique_ptr<char, decltype(&std::free)> path(found, &std::free);
    return std::string_view(path.get()).starts_with("/..");
}

} // namespace

std::optional<instant> start_time(std::string_view stat, long ticks_per_second) noexcept {
    auto name_end = stat.rfind(')');
    if (name_end == std::string_view::npos || ticks_per_second <= 0) return std::nullopt;
    stat.remove_prefix(name_end + 1);
    constexpr int fields_between = 19; // state is field 3, starttime field 22
    for (int i = 0; i <= fields_between; ++i) {
        auto blank = stat.find(' ');
        if (blank == std::string_view::npos) return std::nullopt;
        stat.remove_prefix(blank + 1);
    }
    auto ticks = parse_number<std::uint64_t>(stat.substr(0, stat.find(' ')));
    if (!ticks) return std::nullopt;
    return instant(std::chrono::nanoseconds(1'000'000'000 / ticks_per_second) *
                   static_cast<std::int64_t>(*ticks));
}

process_handle process_handle::of_pid(pid_t pid, instant accepted) {
    unique_fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    const auto started =
        pidfd ? start_time(read_start(fmt::format("/proc/{}/stat", pid)), ::sysconf(_SC_CLK_TCK))
              : std::nullopt;
    if (!started || *started >= accepted) return {unique_fd(), 0};
    return {std::move(pidfd), pid};
}

process_handle process_handle::of_peer(int fd, pid_t pid, instant accepted) {
    int handle = -1;
    socklen_t size = sizeof handle;
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &handle, &size) == 0) {
        unique_fd pidfd(handle);
        const pid_t now_is = pid_behind(pidfd.get());
        return {std::move(pidfd), now_is};
    }
    // EINVAL and ESRCH come from a kernel that knows the option: the process is gone.
    if (errno == ENOPROTOOPT) return of_pid(pid, accepted);
    return {unique_fd(), 0};
}

bool process_handle::has_ended() const {
    pollfd ended{.fd = x_pidfd.get(), .events = POLLIN, .revents = 0};
    return ::poll(&ended, 1, 0) != 0;
}

std::optional<std::string> process_handle::unit() const {
    if (!x_pidfd || x_pid <= 0) return std::nullopt;
    char* found = nullptr;
    const int failure = sd_pid_get_unit(x_pid, &found);
    const std::unique_ptr<char, decltype(&std::free)> unit(found, &std::free);
    if (failure == -ENODATA) { // in no unit
        if (is_beyond_view(x_pid) || has_ended()) return std::nullopt;
        return std::string();
    }
    if (failure < 0 || has_ended()) return std::nullopt;
    return std::string(unit.get());
}

bool process_handle::shares_user_namespace() const {
    if (!x_pidfd || x_pid <= 0) return false;
    const std::string ours = read_start("/proc/self/uid_map");
    const std::string theirs = read_start(fmt::format("/proc/{}/uid_map", x_pid));
    return !ours.empty() && ours == theirs && !has_ended();
}

} // namespace tokenward::local
