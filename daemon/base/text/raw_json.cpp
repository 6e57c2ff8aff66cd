// Finds where names and values begin and end; it looks at nothing within the values.
#include "daemon/base/text/raw_json.hpp"

#include "daemon/base/text/ascii.hpp"

#include <algorithm>

namespace tokenward {
namespace {

constexpr std::string_view json_space = " \t\r\n";

std::size_t skip_space(std::string_view text, std::size_t at) noexcept {
    return std::min(text.find_first_not_of(json_space, at), text.size());
}

// Behind the string that begins at `at`.
std::size_t skip_string(std::string_view text, std::size_t at) noexcept {
    for (++at; at < text.size() && text[at] != '"'; ++at)
        if (text[at] == '\\') ++at;
    return std::min(at + 1, text.size());
}

// Behind the number or word that begins at `at`.
std::size_t skip_word(std::string_view text, std::size_t at) noexcept {
    return std::min(text.find_first_of(",:]}[{\" \t\r\n", at), text.size());
}

// Behind the value that begins at `at`. Without recursion: the text may be as deep as it likes.
std::size_t skip_value(std::string_view text, std::size_t at) noexcept {
    std::size_t depth = 0;
    while (at < text.size()) {
        const char c = text[at];
        const bool opens = c == '{' || c == '[';
        const bool closes = c == '}' || c == ']';
        if (depth == 0 && !opens) return c == '"' ? skip_string(text, at) : skip_word(text, at);
        at = c == '"' ? skip_string(text, at) : at + 1;
        if (opens) ++depth;
        if (closes && --depth == 0) return at;
    }
    return text.size();
}

// One character of a string, its escape undone where it stands for ASCII.
struct unescaped {
    char c = '\0';
    std::size_t size = 0; // of what stands for it; 0 = it is no ASCII
};

unescaped unescape_hex(std::string_view text) noexcept {
    if (text.size() < 6) return {};
    const auto value = parse_number<unsigned>(text.substr(2, 4), 16);
    if (!value || *value > 0x7f) return {};
    return {static_cast<char>(*value), 6};
}

unescaped unescape(std::string_view text) noexcept {
    if (text[0] != '\\') return {text[0], 1};
    if (text.size() < 2) return {};
    if (text[1] == 'u') return unescape_hex(text);
    const std::size_t known = std::string_view("\"\\/bfnrt").find(text[1]);
    if (known == std::string_view::npos) return {};
    return {"\"\\/\b\f\n\r\t"[known], 2};
}

} // namespace

bool raw_member::is(std::string_view called) const noexcept {
    std::string_view rest = name;
    for (char wanted : called) {
        const unescaped next = rest.empty() ? unescaped{} : unescape(rest);
        if (next.size == 0 || next.c != wanted) return false;
        rest.remove_prefix(next.size);
    }
    return rest.empty();
}

raw_object::raw_object(std::string_view text) noexcept : x_text(text) {
    const std::size_t brace = skip_space(text, 0);
    const bool is_object = brace < text.size() && text[brace] == '{';
    x_at = is_object ? skip_space(text, brace + 1) : text.size();
}

std::optional<raw_member> raw_object::next() noexcept {
    const std::size_t begin = x_at;
    x_at = x_text.size();
    if (begin >= x_text.size() || x_text[begin] != '"') return std::nullopt;
    const std::size_t behind_name = skip_string(x_text, begin);
    const std::size_t colon = skip_space(x_text, behind_name);
    if (behind_name < begin + 2 || colon >= x_text.size() || x_text[colon] != ':') return std::nullopt;
    const std::size_t value = skip_space(x_text, colon + 1);
    const std::size_t end = skip_value(x_text, value);
    const std::size_t comma = skip_space(x_text, end);
    if (comma < x_text.size() && x_text[comma] == ',') x_at = skip_space(x_text, comma + 1);
    return raw_member{x_text.substr(begin + 1, behind_name - begin - 2), x_text.substr(value, end - value),
                      x_text.substr(begin, end - begin)};
}

std::optional<raw_member> find_member(std::string_view object, std::string_view name) noexcept {
    raw_object members(object);
    while (auto member = members.next())
        if (member->is(name)) return member;
    return std::nullopt;
}

std::size_t count_members(std::string_view object, std::string_view name) noexcept {
    std::size_t count = 0;
    raw_object members(object);
    while (auto member = members.next()) count += member->is(name) ? 1U : 0U;
    return count;
}

std::string without_member(std::string_view object, std::string_view name) {
    std::string others = "{";
    others.reserve(object.size());
    raw_object members(object);
    while (auto member = members.next()) {
        if (member->is(name)) continue;
        if (others.size() > 1) others += ',';
        others += member->whole;
    }
    others += '}';
    return others;
}

} // namespace tokenward
