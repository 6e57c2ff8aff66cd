// The systemd unit and the user namespace of the process at the other end. A reused pid does not deceive it.
#pragma once

#include "common/time.hpp"
#include "common/unique_fd.hpp"

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tokenward::local {

/// A process whose files in /proc are read. If the process still exists after the reading, the pid was not
/// reused before, and the result is valid.
class process_handle {
  public:
    /// The process that connected the socket `fd`; `pid` is what SO_PEERCRED said. Kernels from 6.5 give a
    /// handle to the process itself (SO_PEERPIDFD). Before, one is opened by the pid, and believed if the
    /// process had started before `accepted`.
    static process_handle of_peer(int fd, pid_t pid, instant accepted);
    /// The second way alone.
    static process_handle of_pid(pid_t pid, instant accepted);

    /// The unit, such as "backup.service"; empty = the process is in no unit. None = the unit is not known,
    /// because the process has ended or /proc does not show it.
    std::optional<std::string> unit() const;
    /// Whether its user namespace is ours, as far as the uid_map tells. False if that can't be read.
    bool shares_user_namespace() const;

  private:
    process_handle(unique_fd pidfd, pid_t pid) noexcept : x_pidfd(std::move(pidfd)), x_pid(pid) {}
    bool has_ended() const;

    unique_fd x_pidfd; // none: the process has ended, or is another one
    pid_t x_pid;
};

/// The time after boot at which a process started, from the text of its /proc/PID/stat; the name in it may
/// hold anything.
std::optional<instant> start_time(std::string_view stat, long ticks_per_second) noexcept;

} // namespace tokenward::local
