// What the process asks of the kernel before it holds a secret: no core dump, no tracer, enough descriptors.
#pragma once

#include <cstddef>

namespace tokenward {

/// Core dumps off, not traceable by other processes of the user (PR_SET_DUMPABLE, prctl(2)), SIGPIPE ignored,
/// as many descriptors as the hard limit allows. What the kernel refuses is logged and left.
void protect_process();

/// How many descriptors the process may have, now.
std::size_t descriptor_limit() noexcept;

} // namespace tokenward
