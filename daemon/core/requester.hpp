// For whom something is done, as bounds count it.
#pragma once

#include <optional>

namespace tokenward {

/// Without a uid: for the daemon itself, and nothing is counted.
struct requester {
    std::optional<unsigned> uid{};
    bool privileged = false; ///< root, or the daemon's own user
};

/// Counted for all callers whose number is not known; (uid_t)-1 is nobody's.
inline constexpr unsigned unknown_requester = ~0U;

} // namespace tokenward
