// See peer_unit.hpp.
#include "daemon/local/peer_unit.hpp"

#include "daemon/local/http_text.hpp"
#include "daemon/local/unique_fd.hpp"

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
    auto pid = parse_number(trim(line.substr(0, line.find('\n'))));
    return static_cast<pid_t>(pid.value_or(0)); // -1 is no number, and so 0
}

bool has_ended(int pidfd) {
    pollfd ended{.fd = pidfd, .events = POLLIN, .revents = 0};
    return ::poll(&ended, 1, 0) != 0;
}

// What was read by the pid holds if the process lives on afterwards: then the pid was its own all the time.
std::string unit_behind(int pidfd, pid_t pid) {
    char* found = nullptr;
    if (pid <= 0 || sd_pid_get_unit(pid, &found) < 0) return {};
    std::unique_ptr<char, decltype(&std::free)> unit(found, &std::free);
    return has_ended(pidfd) ? std::string() : std::string(unit.get());
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
    auto ticks = parse_number(stat.substr(0, stat.find(' ')));
    if (!ticks) return std::nullopt;
    return instant(std::chrono::nanoseconds(1'000'000'000 / ticks_per_second) *
                   static_cast<std::int64_t>(*ticks));
}

std::string unit_of_pid(pid_t pid, instant accepted) {
    unique_fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd) return {};
    auto started = start_time(read_start(fmt::format("/proc/{}/stat", pid)), ::sysconf(_SC_CLK_TCK));
    if (!started || *started >= accepted) return {};
    return unit_behind(pidfd.get(), pid);
}

std::string unit_of_peer(int fd, pid_t pid, instant accepted) {
    int handle = -1;
    socklen_t size = sizeof handle;
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &handle, &size) == 0) {
        unique_fd pidfd(handle);
        return unit_behind(pidfd.get(), pid_behind(pidfd.get()));
    }
    // EINVAL and ESRCH come from a kernel that knows the option: the process is gone.
    return errno == ENOPROTOOPT ? unit_of_pid(pid, accepted) : std::string();
}

} // namespace tokenward::local
