// Protects the process before it holds a secret: no core dumps, no tracing, enough descriptors.
#pragma once

#include <cstddef>

namespace tokenward {

/// Turns core dumps off, keeps other processes of the user from tracing this one (PR_SET_DUMPABLE, prctl(2)),
/// ignores SIGPIPE, and raises the limit of descriptors to the hard one. A failure is logged only.
void protect_process();

/// Warns if memory of secrets is not locked, so that it may be swapped out. To be called when secrets have
/// been read.
void check_secret_memory();

/// The current limit of open descriptors.
std::size_t descriptor_limit() noexcept;

} // namespace tokenward
