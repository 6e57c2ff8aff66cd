// Takes the lock file beside a socket by flock(2), and removes it.
#include "daemon/local/net/socket_lock.hpp"

#include "common/posix.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>

namespace tokenward::local {
namespace {

std::string owner_of(int file) {
    std::array<char, 16> text{};
    ssize_t size = ::pread(file, text.data(), text.size(), 0);
    std::string pid(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    pid.resize(std::min(pid.find_first_not_of("0123456789"), pid.size()));
    return pid.empty() ? "?" : pid;
}

// Whether the locked file is still the one at the path: its last owner may have removed it after we opened it
// and before we locked it.
bool is_at(int file, const std::string& path) {
    struct stat mine {};
    struct stat theirs {};
    return ::fstat(file, &mine) == 0 && ::lstat(path.c_str(), &theirs) == 0 && mine.st_dev == theirs.st_dev &&
           mine.st_ino == theirs.st_ino;
}

} // namespace

result<socket_lock> socket_lock::take(const std::string& socket_path) {
    std::string path = socket_path + ".lock";
    for (;;) {
        unique_fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
        if (!file) return system_problem("open", path);
        if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
            if (errno != EWOULDBLOCK) return system_problem("lock", path);
            return problem{errc::internal, fmt::format("another tokenwardd (pid {}) serves {}",
                                                       owner_of(file.get()), socket_path)};
        }
        if (!is_at(file.get(), path)) continue;
        std::string pid = std::to_string(::getpid()) + "\n";
        bool written = ::ftruncate(file.get(), 0) == 0 &&
                       ::pwrite(file.get(), pid.data(), pid.size(), 0) == static_cast<ssize_t>(pid.size());
        if (!written) return system_problem("write", path);
        return socket_lock(std::move(file), std::move(path));
    }
}

socket_lock& socket_lock::operator=(socket_lock&& other) noexcept {
    if (this != &other) {
        release();
        x_file = std::move(other.x_file);
        x_path = std::move(other.x_path);
    }
    return *this;
}

void socket_lock::release() noexcept {
    if (x_file && is_at(x_file.get(), x_path))
        (void)::unlink(x_path.c_str()); // a file that is left has no lock
    x_file.reset();
}

} // namespace tokenward::local
