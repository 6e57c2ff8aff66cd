// Whether a text is a numeric address of this machine's own.
#pragma once

#include <string_view>

namespace tokenward {

/// An address of 127.0.0.0/8, in four decimal parts.
bool is_loopback_v4(std::string_view text) noexcept;

/// ::1, or an address of 127.0.0.0/8 mapped into IPv6; in any spelling, without brackets.
bool is_loopback_v6(std::string_view text) noexcept;

} // namespace tokenward
