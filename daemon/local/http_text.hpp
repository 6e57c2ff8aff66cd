// The smallest words of HTTP: token characters, white space, numbers, names in any case. Pure.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tokenward::local {

constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Whether `text` is `lower_case`, in whatever case it was written.
constexpr bool equals_any_case(std::string_view text, std::string_view lower_case) noexcept {
    return text.size() == lower_case.size() && std::equal(text.begin(), text.end(), lower_case.begin(),
                                                          [](char a, char b) { return lower(a) == b; });
}

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

/// Without the spaces and tabs at both ends.
constexpr std::string_view trim(std::string_view text) noexcept {
    constexpr std::string_view space = " \t";
    auto first = text.find_first_not_of(space);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(space) - first + 1);
}

/// A number of 1 to 18 decimal digits and nothing else.
inline std::optional<std::uint64_t> parse_number(std::string_view text) noexcept {
    if (text.empty() || text.size() > 18 || text.front() < '0' || text.front() > '9') return std::nullopt;
    std::uint64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
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
    return trim(taken);
}

/// Takes the next element off a comma-separated list that has no quoted commas; trimmed, perhaps empty.
constexpr std::string_view next_element(std::string_view& list) noexcept {
    auto comma = list.find(',');
    std::string_view element = trim(list.substr(0, comma));
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    return element;
}

} // namespace tokenward::local
