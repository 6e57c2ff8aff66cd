// The grammar that header fields share (RFC 9110, section 5): tokens, field values, elements of lists. Pure.
#pragma once

#include "daemon/base/text/ascii.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace tokenward::local {

namespace detail {
constexpr std::array<bool, 256> make_token_chars() {
    std::array<bool, 256> table{};
    constexpr std::string_view all =
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (char c : all) table[static_cast<unsigned char>(c)] = true;
    return table;
}
inline constexpr std::array<bool, 256> token_chars = make_token_chars();
} // namespace detail

/// RFC 9110, section 5.6.2.
constexpr bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return detail::token_chars[static_cast<unsigned char>(c)];
    });
}

/// Whether all bytes may stand in a field's value: visible ones, space, tab and what is beyond ASCII.
constexpr bool is_field_value(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) {
        auto byte = static_cast<unsigned char>(c);
        return (byte >= 0x20 && byte != 0x7f) || byte == '\t';
    });
}

/// Takes what stands before the next `end` off `text`, with that `end`; trimmed. One within a quoted string
/// (RFC 9110, section 5.6.4) does not count.
constexpr std::string_view take_until(char end, std::string_view& text) noexcept {
    bool quoted = false;
    std::size_t at = 0;
    for (; at < text.size() && (quoted || text[at] != end); ++at) {
        if (text[at] == '"') quoted = !quoted;
        if (quoted && text[at] == '\\') ++at;
    }
    std::string_view taken = text.substr(0, at);
    text.remove_prefix(std::min(at + 1, text.size()));
    return trimmed(taken);
}

/// Takes the next element off a comma-separated list that has no quoted commas; trimmed, perhaps empty.
constexpr std::string_view next_element(std::string_view& list) noexcept {
    auto comma = list.find(',');
    std::string_view element = trimmed(list.substr(0, comma));
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    return element;
}

} // namespace tokenward::local
