// Lists of entity tags, and what If-Match and If-None-Match say of the current token.
#include "daemon/local/http/conditional.hpp"

#include "daemon/local/http/http_text.hpp"

#include <optional>

namespace tokenward::local {
namespace {

struct entity_tag {
    std::string_view opaque; // without its quotes
    bool weak = false;
};

bool is_tag_char(char c) noexcept {
    auto byte = static_cast<unsigned char>(c);
    return byte == 0x21 || (byte >= 0x23 && byte != 0x7f);
}

// Takes the tag at the front of `list` and the comma behind it. Tags may hold commas.
std::optional<entity_tag> take_tag(std::string_view& list) noexcept {
    entity_tag tag;
    if (list.starts_with("W/")) {
        tag.weak = true;
        list.remove_prefix(2);
    }
    if (!list.starts_with('"')) return std::nullopt;
    auto end = list.find('"', 1);
    if (end == std::string_view::npos) return std::nullopt;
    tag.opaque = list.substr(1, end - 1);
    list = trimmed(list.substr(end + 1));
    if (!std::all_of(tag.opaque.begin(), tag.opaque.end(), is_tag_char)) return std::nullopt;
    if (!list.empty() && !list.starts_with(',')) return std::nullopt;
    return tag;
}

void skip_commas(std::string_view& list) noexcept {
    list.remove_prefix(std::min(list.find_first_not_of(", \t"), list.size()));
}

// All lines of that name as one list; they may come on several (RFC 9110, section 5.3).
result<std::string> collect(const request& asked, field name) {
    std::string list;
    for (const request::line& line : asked.known_fields()) {
        if (line.name != name) continue;
        if (!list.empty()) list += ',';
        list += line.value;
    }
    bool present = asked.has(name);
    if (present && !is_tag_list(list))
        return problem{errc::bad_request,
                       std::string(name == field::if_match ? "If-Match" : "If-None-Match") +
                           " is neither * nor a list of entity tags"};
    return list;
}

} // namespace

bool is_tag_list(std::string_view list) noexcept {
    list = trimmed(list);
    if (list == "*") return true;
    skip_commas(list);
    if (list.empty()) return false;
    while (!list.empty()) {
        if (!take_tag(list)) return false;
        skip_commas(list);
    }
    return true;
}

bool names_token(std::string_view list, std::string_view fingerprint, bool weak) noexcept {
    if (trimmed(list) == "*") return true;
    skip_commas(list);
    while (!list.empty()) {
        auto tag = take_tag(list);
        if (!tag) return false;
        if (tag->opaque == fingerprint && (weak || !tag->weak)) return true;
        skip_commas(list);
    }
    return false;
}

result<conditions> conditions::of(const request& asked) {
    conditions c;
    if (asked.has(field::if_match)) {
        auto list = collect(asked, field::if_match);
        if (!list) return list.error();
        c.x_if_match = std::move(*list);
    }
    if (asked.has(field::if_none_match)) {
        auto list = collect(asked, field::if_none_match);
        if (!list) return list.error();
        c.x_if_none_match = std::move(*list);
    }
    return c;
}

bool conditions::match(std::string_view fingerprint) const noexcept {
    if (x_if_match.empty()) return true;
    return !fingerprint.empty() && names_token(x_if_match, fingerprint, false);
}

conditions::verdict conditions::judge(std::string_view fingerprint) const noexcept {
    if (!match(fingerprint)) return verdict::failed;
    bool named =
        !x_if_none_match.empty() && !fingerprint.empty() && names_token(x_if_none_match, fingerprint, true);
    return named ? verdict::not_modified : verdict::proceed;
}

} // namespace tokenward::local
