// Binds, adopts and removes a Unix socket, and checks who can write its directory.
#include "daemon/local/net/listening_socket.hpp"

#include "common/posix.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>

namespace tokenward::local {
namespace {

using fault = std::optional<problem>;

// The mode of new files, back as it was at the end.
class scoped_umask {
  public:
    explicit scoped_umask(mode_t mask) noexcept : x_before(::umask(mask)) {}
    ~scoped_umask() { (void)::umask(x_before); } // it can't fail
    scoped_umask(const scoped_umask&) = delete;
    scoped_umask& operator=(const scoped_umask&) = delete;

  private:
    mode_t x_before;
};

result<sockaddr_un> address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path)
        return problem{errc::bad_request, fmt::format("the socket's path has 1 to {} bytes, and not {}: {}",
                                                      sizeof address.sun_path - 1, path.size(), path)};
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

const sockaddr* generic(const sockaddr_un& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

fault make_parent(const std::string& path) {
    auto slash = path.rfind('/');
    if (slash == std::string::npos || slash == 0) return {};
    std::string directory = path.substr(0, slash);
    scoped_umask mask(022);
    if (::mkdir(directory.c_str(), 0755) != 0 && errno != EEXIST)
        return system_problem("make the directory", directory);
    return {};
}

// A user with write access to the directory could put another socket at the path, and callers would send that
// user their requests. With the sticky bit (as in /tmp), others can't remove our socket.
result<void> check_parent(const std::string& path) {
    auto slash = path.rfind('/');
    const std::string directory = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
    struct stat is {};
    if (::stat(directory.c_str(), &is) != 0) return system_problem("look at the directory", directory);
    const bool of_others = is.st_uid != 0 && is.st_uid != ::geteuid();
    const bool open = (is.st_mode & (S_IWGRP | S_IWOTH)) != 0 && (is.st_mode & S_ISVTX) == 0;
    if (!of_others && !open) return {};
    return problem{
        errc::internal,
        fmt::format("others can write the directory {} ({}), and so put a socket of theirs in place of "
                    "this one: let it belong to root or to uid {}, with mode 0755",
                    directory,
                    of_others ? fmt::format("it belongs to uid {}", is.st_uid)
                              : fmt::format("its mode is {:04o}", is.st_mode & 07777U),
                    ::geteuid())};
}

std::string listener_pid(int connected) {
    ucred who{};
    socklen_t size = sizeof who;
    if (::getsockopt(connected, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return "?";
    return std::to_string(who.pid);
}

// What is at the path: nothing, or a socket that nobody listens at any more, which is removed. The lock is
// held, so that no daemon of ours can be on its way there.
fault remove_stale_socket(const std::string& path, const sockaddr_un& address) {
    struct stat there {};
    if (::lstat(path.c_str(), &there) != 0) {
        if (errno == ENOENT) return {};
        return system_problem("look at", path);
    }
    if (!S_ISSOCK(there.st_mode))
        return problem{errc::internal,
                       fmt::format("{} is there and is no socket; it is left as it is", path)};
    unique_fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!probe) return system_problem("make a socket to try", path);
    if (::connect(probe.get(), generic(address), sizeof address) == 0)
        return problem{errc::internal,
                       fmt::format("another program (pid {}) serves {}", listener_pid(probe.get()), path)};
    if (errno != ECONNREFUSED)
        return system_problem("tell whether somebody serves", path); // EAGAIN: a full backlog
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
        return system_problem("remove the stale socket", path);
    return {};
}

bool set_flags(int fd) noexcept {
    int flags = ::fcntl(fd, F_GETFL);
    return flags >= 0 && ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 &&
           ::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

int option(int fd, int name) noexcept {
    int value = -1;
    socklen_t size = sizeof value;
    return ::getsockopt(fd, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

} // namespace

result<listening_socket> listening_socket::bind(const std::string& path, unsigned mode) {
    auto address = address_of(path);
    if (!address) return address.error();
    if (fault bad = make_parent(path)) return *bad;
    if (auto good = check_parent(path); !good) return good.error();
    auto lock = socket_lock::take(path);
    if (!lock) return lock.error();
    if (fault bad = remove_stale_socket(path, *address)) return *bad;

    listening_socket made;
    made.x_lock = std::move(*lock);
    made.x_fd = unique_fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!made.x_fd) return system_problem("make a socket for", path);
    {
        scoped_umask mask(~mode & 0777U);
        if (::bind(made.fd(), generic(*address), sizeof *address) != 0) return system_problem("bind", path);
    }
    struct stat there {};
    if (::lstat(path.c_str(), &there) != 0) return system_problem("look at", path);
    made.x_path = path;
    made.x_device = there.st_dev;
    made.x_inode = there.st_ino;
    if (::listen(made.fd(), SOMAXCONN) != 0) return system_problem("listen at", path);
    return made;
}

result<void> listening_socket::check_directory(const std::string& path) {
    return check_parent(path);
}

result<listening_socket> listening_socket::adopt(unique_fd given) {
    const int fd = given.get();
    if (option(fd, SO_DOMAIN) != AF_UNIX || option(fd, SO_TYPE) != SOCK_STREAM ||
        option(fd, SO_ACCEPTCONN) != 1)
        return problem{errc::internal, fmt::format("descriptor {} is no listening Unix stream socket", fd)};
    if (!set_flags(fd)) return system_problem("set the flags of", fmt::format("descriptor {}", fd));
    listening_socket adopted;
    adopted.x_fd = std::move(given);
    return adopted;
}

void listening_socket::show_only(std::vector<std::string> identities) {
    x_shown = identities.empty() ? nullptr
                                 : std::make_shared<const std::vector<std::string>>(std::move(identities));
}

listening_socket::~listening_socket() {
    if (!x_fd || x_path.empty()) return;
    struct stat there {};
    bool ours = ::lstat(x_path.c_str(), &there) == 0 && there.st_dev == x_device && there.st_ino == x_inode;
    if (ours) (void)::unlink(x_path.c_str()); // if this fails, the next start replaces the stale socket
}

} // namespace tokenward::local
