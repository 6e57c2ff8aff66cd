// A scope as text, and back.
#include "common/scope.hpp"

#include "common/utf8.hpp"

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

} // namespace tokenward
