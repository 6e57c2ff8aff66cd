// The lock file beside a socket: only the process that holds the lock serves there.
#pragma once

#include "common/error.hpp"
#include "common/unique_fd.hpp"

#include <string>

namespace tokenward::local {

/// A file PATH.lock, which holds the owner's pid; locked during this object's life and removed at its end. If
/// the process is killed, the kernel releases the lock and the file is left: the next owner locks it again.
class socket_lock {
  public:
    /// Errors: internal, with a detail that names who serves `socket_path` already or what the system said.
    static result<socket_lock> take(const std::string& socket_path);

    socket_lock() noexcept = default;
    socket_lock(socket_lock&&) noexcept = default;
    socket_lock& operator=(socket_lock&& other) noexcept;
    ~socket_lock() { release(); }

  private:
    socket_lock(unique_fd file, std::string path) : x_file(std::move(file)), x_path(std::move(path)) {}
    void release() noexcept;

    unique_fd x_file;
    std::string x_path;
};

} // namespace tokenward::local
