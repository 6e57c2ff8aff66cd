// Whether a text is a numeric address of this machine's own.
#pragma once

#include <string_view>

namespace tokenward {

/// An address of 127.0.0.0/8, in four decimal parts.
bool is_loopback_v4(std::string_view text) noexcept;

/// The same in any of the short forms too, such as 127.1, as far as they are of decimal digits.
constexpr bool is_short_loopback_v4(std::string_view text) noexcept {
    return text.starts_with("127.") && text.find_first_not_of("0123456789.") == std::string_view::npos;
}

/// ::1, or an address of 127.0.0.0/8 mapped into IPv6; in any spelling, without brackets.
bool is_loopback_v6(std::string_view text) noexcept;

} // namespace tokenward
