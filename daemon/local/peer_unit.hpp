// The systemd unit of the process at the other end, found without falling for a pid that was used again.
#pragma once

#include "daemon/core/time.hpp"

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

namespace tokenward::local {

/// Such as "backup.service"; empty = none, unknown, or the process has ended. `pid` is what SO_PEERCRED said.
/// Kernels from 6.5 give a handle to the process itself (SO_PEERPIDFD). Before, one is opened by the pid, and
/// believed if the process had started before `accepted`.
std::string unit_of_peer(int fd, pid_t pid, instant accepted);

/// The second way alone.
std::string unit_of_pid(pid_t pid, instant accepted);

/// The time after boot at which a process started, from the text of its /proc/PID/stat; the name in it may
/// hold anything.
std::optional<instant> start_time(std::string_view stat, long ticks_per_second) noexcept;

} // namespace tokenward::local
