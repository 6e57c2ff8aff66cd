// Texts of ASCII as configurations and protocols have them: case and blanks, whatever the locale.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace tokenward {

constexpr char lower_ascii(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string lower_ascii(std::string_view text) {
    std::string made(text);
    std::transform(made.begin(), made.end(), made.begin(), [](char c) { return lower_ascii(c); });
    return made;
}

/// Without the spaces and tabs at both ends.
constexpr std::string_view trimmed(std::string_view text) noexcept {
    const std::size_t first = std::min(text.find_first_not_of(" \t"), text.size());
    text.remove_prefix(first);
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

} // namespace tokenward
