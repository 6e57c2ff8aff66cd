// The grammar of UTF-8, as RFC 3629, section 4, has it.
#include "common/utf8.hpp"

namespace tokenward {
namespace {

/// How many bytes a character has that begins with `lead`; 0: none does.
constexpr std::size_t size_after(unsigned char lead) noexcept {
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead <= 0xdf) return 2;
    if ((lead & 0xf0) == 0xe0) return 3;
    return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

} // namespace

std::size_t first_character_size(std::string_view text) noexcept {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (text.empty()) return 0;
    const unsigned char lead = at(0);
    const std::size_t size = size_after(lead);
    if (size > text.size()) return 0;
    for (std::size_t i = 1; i < size; ++i)
        if ((at(i) & 0xc0) != 0x80) return 0;
    if (size < 3) return size;
    const unsigned char second = at(1);
    const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    const bool out_of_range =
        (lead == 0xed && second >= 0xa0) || (lead == 0xf4 && second >= 0x90); // surrogates, > U+10FFFF
    return overlong || out_of_range ? 0 : size;
}

bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const std::size_t size = first_character_size(text);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

} // namespace tokenward
