// Whether a text is UTF-8.
#pragma once

#include <cstddef>
#include <string_view>

namespace tokenward {

/// Whether `text` is well-formed UTF-8 (RFC 3629).
bool is_utf8(std::string_view text) noexcept;

/// How many bytes the first character of `text` has, 1 to 4; 0: the text is empty, or does not begin with
/// well-formed UTF-8.
std::size_t first_character_size(std::string_view text) noexcept;

} // namespace tokenward
