// Escapes what could mislead a reader.
#include "daemon/base/text/shown_text.hpp"

#include "common/utf8.hpp"
#include "daemon/base/text/ascii.hpp"

#include <algorithm>
#include <array>

namespace tokenward {
namespace {

/// REQUIRES: one character, of at most three bytes.
unsigned code_of(std::string_view character) noexcept {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
    if (character.size() == 1) return at(0);
    if (character.size() == 2) return (at(0) & 0x1fU) << 6 | (at(1) & 0x3fU);
    return (at(0) & 0x0fU) << 12 | (at(1) & 0x3fU) << 6 | (at(2) & 0x3fU);
}

struct code_range {
    unsigned first;
    unsigned last;
};

constexpr std::array<code_range, 8> misleading{{
    {0x00, 0x1f},
    {0x7f, 0x9f},
    {0x61c, 0x61c},   // ARABIC LETTER MARK
    {0x200e, 0x200f}, // LEFT-TO-RIGHT MARK, RIGHT-TO-LEFT MARK
    {0x2028, 0x202e}, // separators of lines and paragraphs; embeddings and overrides
    {0x2066, 0x2069}, // isolates
    {0xfeff, 0xfeff}, // no width, no break
    {0xfff9, 0xfffb}, // interlinear annotations
}};

bool misleads(std::string_view character) noexcept {
    if (character.size() > 3) return false;
    const unsigned code = code_of(character);
    return std::any_of(misleading.begin(), misleading.end(),
                       [&](const code_range& r) { return code >= r.first && code <= r.last; });
}

void append_escape(std::string& out, unsigned code) {
    out += code < 0x80 ? "\\x" : "\\u";
    if (code >= 0x80) append_hex(out, static_cast<std::uint8_t>(code >> 8));
    append_hex(out, static_cast<std::uint8_t>(code & 0xffU));
}

/// Appends the first character as it is shown, and takes it from `text`.
void append_first(std::string& out, std::string_view& text) {
    const std::size_t size = first_character_size(text);
    if (size == 0)
        append_hex(out += "\\x", static_cast<std::uint8_t>(text.front()));
    else if (misleads(text.substr(0, size)))
        append_escape(out, code_of(text.substr(0, size)));
    else
        out += text.substr(0, size);
    text.remove_prefix(std::max<std::size_t>(size, 1));
}

} // namespace

void append_shown(std::string& out, std::string_view text) {
    while (!text.empty()) append_first(out, text);
}

std::string shown_text(std::string_view text, std::size_t most) {
    std::string shown;
    while (!text.empty()) {
        const std::size_t before = shown.size();
        append_first(shown, text);
        if (shown.size() <= most) continue;
        shown.resize(before);
        break;
    }
    return shown;
}

bool is_shown_as_it_is(std::string_view text) noexcept {
    while (!text.empty()) {
        const std::size_t size = first_character_size(text);
        if (size == 0 || misleads(text.substr(0, size))) return false;
        text.remove_prefix(size);
    }
    return true;
}

} // namespace tokenward
