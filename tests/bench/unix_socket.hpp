// What both ends of the benchmark do with a Unix socket.
#pragma once

#include "tests/support/unique_fd.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <system_error>

namespace tokenward::bench {

[[noreturn]] inline void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

/// A new socket, given to bind() or connect() with the address of `path`. Throws std::system_error.
inline support::unique_fd unix_socket(const std::string& path,
                                      int (*attach)(int, const sockaddr*, socklen_t)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) throw std::runtime_error("the socket's path is too long");
    std::memcpy(address.sun_path, path.data(), path.size());
    support::unique_fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd || attach(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        fail(path.c_str());
    return fd;
}

} // namespace tokenward::bench
