// The floor: what any server on this machine must spend on an answer that is ready. One thread, epoll, read,
// write; it doesn't look at the request.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

namespace tokenward::bench {

/// Runs in a process of its own, which ends with this object, or with the thread that made it.
class floor_server {
  public:
    /// Answers `answer` bytes to whatever arrives at `socket`. Listens when it returns. Throws
    /// std::system_error.
    floor_server(const std::string& socket, std::size_t answer);
    ~floor_server();
    floor_server(const floor_server&) = delete;
    floor_server& operator=(const floor_server&) = delete;

    pid_t pid() const noexcept { return x_pid; }

  private:
    pid_t x_pid = -1;
};

} // namespace tokenward::bench
