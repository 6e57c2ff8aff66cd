// Where the lockout guard's memory outlives a restart: its data, and the interface of what keeps it.
#pragma once

#include "common/error.hpp"
#include "daemon/core/lockout_guard.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace tokenward {

/// Random; makes the digests of one store useless for any other.
using guard_salt = std::array<std::uint8_t, 16>;

struct guard_memory {
    guard_salt salt{};
    guard_state users{};
    std::int64_t serial = 0; ///< grows with each change; 0: an older daemon wrote it
    friend bool operator==(const guard_memory&, const guard_memory&) = default;
};

/// Keeps one guard_memory. Thread-safe.
struct guard_store {
    virtual ~guard_store() = default;

    /// What was saved last. `otherwise`, or without it a fresh salt and nothing else, if nothing was saved,
    /// if it can't be trusted (the log says why), or if `otherwise` is newer than it: what the store could
    /// not take any more.
    virtual guard_memory load(const std::optional<guard_memory>& otherwise) const = 0;

    /// Replaces what was saved before. May block. Errors: internal, with the place and the reason.
    virtual result<void> save(const guard_memory& memory) const = 0;
};

} // namespace tokenward
