// ASCII as configurations and protocols have it, whatever the locale: case, blanks, numbers, hex and
// percent-encoding.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace tokenward {

constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

constexpr bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// A character that ends nothing and shows nothing: C0 or DEL.
constexpr bool is_control(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

constexpr char lower_ascii(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string lower_ascii(std::string_view text) {
    std::string made(text);
    std::transform(made.begin(), made.end(), made.begin(), [](char c) { return lower_ascii(c); });
    return made;
}

/// Whether both are the same but for the case of ASCII's letters.
constexpr bool equals_any_case(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char one, char other) {
               return one == other || lower_ascii(one) == lower_ascii(other);
           });
}

/// Without the spaces and tabs at both ends.
constexpr std::string_view trimmed(std::string_view text) noexcept {
    constexpr auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

/// The same, of other `blanks`.
constexpr std::string_view trimmed(std::string_view text, std::string_view blanks) noexcept {
    const std::size_t first = std::min(text.find_first_not_of(blanks), text.size());
    text.remove_prefix(first);
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

/// A number of digits to this base and nothing else, without a sign; none if the type has no room for it.
template <class Unsigned>
std::optional<Unsigned> parse_number(std::string_view text, int base = 10) noexcept {
    static_assert(std::is_unsigned_v<Unsigned>); // from_chars would take a minus sign
    Unsigned value = 0;
    const char* const all = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), all, value, base);
    return error == std::errc{} && end == all ? std::optional(value) : std::nullopt;
}

/// What a hex digit stands for, in either case; -1: it is none.
constexpr int hex_value(char c) noexcept {
    if (is_digit(c)) return c - '0';
    c = lower_ascii(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// Appends two hex digits in lower case.
inline void append_hex(std::string& to, std::uint8_t byte) {
    constexpr char digits[] = "0123456789abcdef";
    to += digits[byte >> 4];
    to += digits[byte & 0xfU];
}

/// Two hex digits for each byte of a range.
template <class Bytes>
std::string to_hex(const Bytes& bytes) {
    std::string text;
    for (std::uint8_t byte : bytes) append_hex(text, byte);
    return text;
}

/// Appends `text` with its percent-encoding (RFC 3986, 2.1) undone; false, with a part of it appended, where
/// a `%` is not followed by two hex digits.
template <class String>
bool append_percent_decoded(std::string_view text, String& to) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            to += text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
        if (high < 0 || low < 0) return false;
        to += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return true;
}

} // namespace tokenward
