// Memory for secrets alone: kept out of the swap, of core dumps and of child processes, and wiped when it is
// given back.
#pragma once

#include <cstddef>

namespace tokenward {

/// Overwrites `size` bytes in a way that the compiler may not leave out.
void wipe(void* bytes, std::size_t size) noexcept;

namespace secret_memory {

/// What every block is aligned to, in bytes.
inline constexpr std::size_t alignment = 32;

/// At least `size` bytes of memory for secrets. Blocks of up to 64 KiB come from slabs that are mapped once
/// and never returned; a larger one is a mapping of its own. Throws std::bad_alloc. Any thread.
void* allocate(std::size_t size);
/// Wipes the block and takes it back. `size` as it was asked for. Any thread.
void deallocate(void* block, std::size_t size) noexcept;

/// Sizes in bytes.
struct figures {
    std::size_t mapped = 0;   ///< taken from the system
    std::size_t unlocked = 0; ///< of those, what may be swapped out: the system did not let us lock it
    std::size_t used = 0;     ///< by what holds secrets now, rounded up to whole blocks
    int lock_error = 0;       ///< the last errno of mlock(2): ENOMEM if RLIMIT_MEMLOCK is too low; 0: none
};

/// Any thread.
figures measure() noexcept;

} // namespace secret_memory
} // namespace tokenward
