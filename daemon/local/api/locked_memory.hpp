// How much of the process' memory is locked, as the kernel says.
#pragma once

#include <cstddef>

namespace tokenward::local {

/// VmLck of /proc/self/status, in bytes; 0 if it can't be read.
std::size_t locked_memory_bytes();

} // namespace tokenward::local
