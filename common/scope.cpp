// See scope.hpp.
#include "common/scope.hpp"

#include <algorithm>
#include <array>

namespace tokenward {
namespace {

struct form {
    std::string_view prefix;
    scope_kind kind;
};
constexpr std::array forms{
    form{"project:", scope_kind::project_name}, form{"project_id:", scope_kind::project_id},
    form{"domain:", scope_kind::domain_name}, form{"domain_id:", scope_kind::domain_id}};
constexpr std::size_t max_value = 255; // Keystone's own columns are narrower

bool is_value(std::string_view text) noexcept {
    return !text.empty() && text.size() <= max_value && is_utf8(text) &&
           std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool is_name_char(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

} // namespace

bool is_name(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), is_name_char);
}

result<scope> parse_scope(std::string_view text, const domain_ref& project_domain) {
    if (text == "unscoped") return scope{};
    for (const form& f : forms) {
        if (!text.starts_with(f.prefix)) continue;
        std::string_view value = text.substr(f.prefix.size());
        if (!is_value(value))
            return problem{errc::bad_request, "a scope's name or id is 1 to 255 bytes of UTF-8"};
        return scope{f.kind, std::string(value),
                     f.kind == scope_kind::project_name ? project_domain : domain_ref{}};
    }
    return problem{errc::bad_request,
                   "a scope is a configured name, project:NAME, project_id:ID, domain:NAME, "
                   "domain_id:ID or unscoped"};
}

std::string to_string(const scope& target) {
    for (const form& f : forms)
        if (f.kind == target.kind) return std::string(f.prefix) + target.value;
    return "unscoped";
}

bool is_utf8(std::string_view text) noexcept {
    auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    for (std::size_t i = 0; i < text.size();) {
        unsigned char lead = at(i);
        if (lead < 0x80) {
            ++i;
            continue;
        }
        std::size_t length = lead >= 0xc2 && lead <= 0xdf   ? 2
                             : (lead & 0xf0) == 0xe0        ? 3
                             : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                            : 0;
        if (length == 0 || text.size() - i < length) return false;
        for (std::size_t k = 1; k < length; ++k)
            if ((at(i + k) & 0xc0) != 0x80) return false;
        unsigned char second = at(i + 1);
        bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
        bool out_of_range =
            (lead == 0xed && second >= 0xa0) || (lead == 0xf4 && second >= 0x90); // surrogates, > U+10FFFF
        if (overlong || out_of_range) return false;
        i += length;
    }
    return true;
}

} // namespace tokenward
