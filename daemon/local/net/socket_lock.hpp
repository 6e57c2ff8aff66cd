// The lock beside a socket: who holds it serves there, and nobody else may.
#pragma once

#include "common/error.hpp"
#include "common/unique_fd.hpp"

#include <string>

namespace tokenward::local {

/// A file PATH.lock, locked as long as this lives; it holds the owner's pid, and goes with its owner. The
/// kernel drops the lock of a process that is killed: then the file is left, and the next one takes it over.
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
