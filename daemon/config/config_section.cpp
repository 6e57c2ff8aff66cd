// Checks the keys of a map and reads its values.
#include "daemon/config/config_section.hpp"

#include "common/scope.hpp"
#include "common/utf8.hpp"
#include "daemon/base/text/ascii.hpp"
#include "daemon/config/suggestion.hpp"

#include <algorithm>
#include <map>

namespace tokenward {
namespace {

using kind = yaml_node::kind;

std::string in_backticks(std::string_view key) {
    return "`" + std::string(key) + "`";
}

bool contains(std::span<const std::string_view> words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

/// Calls `visit` for each key. Reports repeated ones instead.
template <class Visit>
void for_each_key(const yaml_node& map, fault_list& faults, const Visit& visit) {
    std::map<std::string_view, int> seen;
    for (std::size_t i = 0; i + 1 < map.children.size(); i += 2) {
        const yaml_node& key = map.children[i];
        if (key.type != kind::text) continue;
        auto [first, is_new] = seen.emplace(key.text, key.line);
        if (is_new)
            visit(key, map.children[i + 1]);
        else
            faults.error(key.line, (is_name(key.text) ? in_backticks(key.text) : std::string("a key")) +
                                       " is given twice: it is already in line " +
                                       std::to_string(first->second));
    }
}

bool is_absent(const yaml_node& value) {
    return value.type == kind::null || value.type == kind::broken;
}

} // namespace

config_section::config_section(const yaml_node& node, std::string path, const key_table& keys,
                               fault_list& faults)
    : x_node(node), x_path(std::move(path)), x_faults(faults) {
    if (node.type == kind::map)
        check_keys(keys);
    else if (node.type != kind::broken)
        faults.error(node.line, x_path + " must be a map, lines of `key: value`");
}

void config_section::check_keys(const key_table& keys) {
    for_each_key(x_node, x_faults, [&](const yaml_node& key, const yaml_node& value) {
        if (!contains(keys.known, key.text))
            report_unknown(key, keys);
        else if (value.type == kind::null)
            x_faults.error(key.line, in_backticks(key.text) + " has no value: give it one or remove it");
    });
}

void config_section::report_unknown(const yaml_node& key, const key_table& keys) {
    if (x_faults.full()) return x_faults.error(key.line, {}); // counted only: finding the nearest costs most
    if (contains(keys.unsupported, key.text))
        return x_faults.error(key.line, in_backticks(key.text) + " is not supported by this version yet");
    std::vector<std::string_view> all(keys.known.begin(), keys.known.end());
    all.insert(all.end(), keys.unsupported.begin(), keys.unsupported.end());
    auto meant = closest_match(std::string_view(key.text).substr(0, key.text.find(':')), all);
    if (meant && contains(keys.known, *meant)) x_meant.push_back(*meant);
    x_faults.error(
        key.line,
        unknown_word_message("key", key.text, meant ? std::span<const std::string_view>(all) : keys.known));
}

bool config_section::lacks(std::string_view key) const {
    return !has(key) && !contains(x_meant, key);
}

const yaml_node* config_section::lookup(std::string_view key) const {
    if (x_node.type != kind::map) return nullptr;
    for (std::size_t i = 0; i + 1 < x_node.children.size(); i += 2)
        if (x_node.children[i].type == kind::text && x_node.children[i].text == key)
            return &x_node.children[i];
    return nullptr;
}

const yaml_node* config_section::find(std::string_view key) const {
    const yaml_node* found = lookup(key);
    return found != nullptr && !is_absent(found[1]) ? &found[1] : nullptr;
}

int config_section::line_of(std::string_view key) const {
    const yaml_node* found = lookup(key);
    return found != nullptr ? found->line : line();
}

std::optional<std::string> config_section::text(std::string_view key, std::size_t max) const {
    const yaml_node* value = find(key);
    return value != nullptr ? read_text(*value, in_backticks(key), max, x_faults) : std::nullopt;
}

std::optional<std::string> config_section::path(std::string_view key, std::size_t max) const {
    auto value = text(key, max);
    if (!value || value->front() == '/') return value;
    x_faults.error(line_of(key), in_backticks(key) + " must be an absolute path, one that begins with `/`");
    return std::nullopt;
}

std::optional<bool> config_section::flag(std::string_view key) const {
    const yaml_node* value = find(key);
    if (value == nullptr) return std::nullopt;
    for (std::string_view word : {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"})
        if (!value->quoted && value->text == word) return true;
    for (std::string_view word : {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"})
        if (!value->quoted && value->text == word) return false;
    x_faults.error(value->line, in_backticks(key) + " must be true or false, without quotes");
    return std::nullopt;
}

std::optional<std::size_t> config_section::number(std::string_view key, std::size_t least,
                                                  std::size_t most) const {
    const yaml_node* value = find(key);
    if (value == nullptr) return std::nullopt;
    const auto n = parse_number<std::size_t>(value->text);
    const bool canonical = n && std::to_string(*n) == value->text;
    if (canonical && !value->quoted && *n >= least && *n <= most) return n;
    x_faults.error(value->line, in_backticks(key) + " must be a whole number from " + std::to_string(least) +
                                    " to " + std::to_string(most));
    return std::nullopt;
}

std::optional<std::string> read_text(const yaml_node& node, const std::string& what, std::size_t max,
                                     fault_list& faults) {
    if (node.type == kind::broken) return std::nullopt;
    if (node.type != kind::text)
        faults.error(node.line, what + " must be a text");
    else if (node.text.empty())
        faults.error(node.line, what + " is empty");
    else if (node.text.size() > max)
        faults.error(node.line, what + " is too long: at most " + std::to_string(max) + " bytes");
    else if (std::any_of(node.text.begin(), node.text.end(), is_control) || !is_utf8(node.text))
        faults.error(node.line, what + " has a control character or is not UTF-8");
    else
        return node.text;
    return std::nullopt;
}

std::span<const yaml_node> read_list(const yaml_node& node, const std::string& what, fault_list& faults) {
    if (node.type == kind::list) return node.children;
    if (node.type != kind::broken)
        faults.error(node.line, what + " must be a list: [a, b], or lines that begin with `- `");
    return {};
}

void for_each_name(
    const yaml_node& node, const std::string& kind_of_name, fault_list& faults,
    const std::function<void(const std::string& name, const yaml_node& value, int line)>& visit) {
    if (node.type != kind::map && node.type != kind::broken)
        return faults.error(node.line,
                            "not a map: each " + kind_of_name + " is its name, a colon, and its keys");
    if (node.type == kind::broken) return;
    for_each_key(node, faults, [&](const yaml_node& key, const yaml_node& value) {
        if (!is_name(key.text) || key.text == "unscoped")
            faults.error(key.line, "not a name: name the " + kind_of_name +
                                       " with 1 to 64 of A-Z a-z 0-9 . _ -, but not `unscoped`");
        else if (value.type == kind::null)
            faults.error(key.line, kind_of_name + " " + in_backticks(key.text) +
                                       " has no keys: give it some or remove it");
        else if (value.type != kind::broken)
            visit(key.text, value, key.line);
    });
}

} // namespace tokenward
