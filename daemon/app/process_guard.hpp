// What the process asks of the kernel before it holds a secret: no core dump, no tracer, enough descriptors.
#pragma once

#include <cstddef>

namespace tokenward {

/// Core dumps off, not traceable by other processes of the user (PR_SET_DUMPABLE, prctl(2)), SIGPIPE ignored,
/// as many descriptors as the hard limit allows. What the kernel refuses is logged and left.
void protect_process();

/// Warns if what holds secrets may be swapped out, because the system lets us lock no more memory. To be
/// called when secrets have been read.
void check_secret_memory();

/// How many descriptors the process may have, now.
std::size_t descriptor_limit() noexcept;

} // namespace tokenward
