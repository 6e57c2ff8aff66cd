// The text of systemd's STATUS=: how the daemon is, in one line for `systemctl status`.
#pragma once

#include "common/time.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace tokenward {

/// What the text tells.
struct status_facts {
    std::size_t all = 0;
    std::size_t without_token = 0;
    std::optional<duration> next_renewal{}; ///< from now; none: nothing is to be renewed
    bool reload_refused = false;            ///< the last one
};

/// "7 scopes, next renewal in 3 h", "7 scopes, 2 without a token, next renewal in 40 s; the last reload was
/// refused, see the log": the largest unit alone, rounded down, so that the line changes seldom.
std::string status_text(const status_facts& seen);

} // namespace tokenward
