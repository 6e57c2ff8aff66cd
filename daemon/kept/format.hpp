// The kept state as bytes, and back.
#pragma once

#include "daemon/core/kept_state.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tokenward {

/// The version that is written. The one before is read too.
inline constexpr std::uint32_t kept_version = 2;

/// The bytes, which hold tokens. `version`: kept_version, or the one before (for tests of reading it).
wiped_string format_kept_state(const kept_state& state, std::uint32_t version = kept_version);

struct parsed_kept_state {
    kept_state value{};
    std::vector<std::string> faults{}; ///< what was not taken, and why, for the log; no secrets
};

/// Any bytes. Each record has a checksum: what is damaged is left out alone; but without the one that tells
/// of which boot the times are, there is nothing.
parsed_kept_state parse_kept_state(std::string_view bytes);

} // namespace tokenward
