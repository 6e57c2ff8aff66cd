// Finds, sets and merges keys in YAML maps.
#include "daemon/config/yaml_node.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace tokenward {
namespace {

using kind = yaml_node::kind;

/// The index of `key` among the children; their number if it is missing.
std::size_t place_of(const yaml_node& map, std::string_view key) {
    std::size_t found = map.children.size();
    if (map.type != kind::map) return found;
    for (std::size_t i = 0; i + 1 < map.children.size(); i += 2)
        if (map.children[i].type == kind::text && map.children[i].text == key) found = i;
    return found;
}

/// Puts each key of `over` into `map`. If the key exists, `join` may merge the values; if it returns false,
/// the new value replaces the old one.
template <class Join>
void overlay_keys(yaml_node& map, const yaml_node& over, const Join& join) {
    std::map<std::string, std::size_t> places; // a look-up per key would be slow in large files
    for (std::size_t i = 0; i + 1 < map.children.size(); i += 2) places[map.children[i].text] = i;
    for (std::size_t i = 0; i + 1 < over.children.size(); i += 2) {
        const yaml_node& key = over.children[i];
        const yaml_node& value = over.children[i + 1];
        auto [found, is_new] = places.emplace(key.text, map.children.size());
        if (is_new) {
            map.children.insert(map.children.end(), {key, value});
        } else if (!join(key.text, map.children[found->second + 1], value)) {
            map.children[found->second] = key;
            map.children[found->second + 1] = value;
        }
    }
}

bool are_maps(const yaml_node& a, const yaml_node& b) {
    return a.type == kind::map && b.type == kind::map;
}

/// Adds what the map `from` has and `to` has not, by the `keys` of `to`.
void add_missing(yaml_node& to, const yaml_node& from, std::set<std::string>& keys) {
    if (from.type != yaml_node::kind::map) return;
    for (std::size_t i = 0; i + 1 < from.children.size(); i += 2)
        if (keys.insert(from.children[i].text).second)
            to.children.insert(to.children.end(), {from.children[i], from.children[i + 1]});
}

} // namespace

yaml_node empty_map(int line) {
    return {.type = kind::map, .line = line};
}

const yaml_node* find_in(const yaml_node& map, std::string_view key) {
    std::size_t place = place_of(map, key);
    return place < map.children.size() ? &map.children[place + 1] : nullptr;
}

yaml_node* find_in(yaml_node& map, std::string_view key) {
    std::size_t place = place_of(map, key);
    return place < map.children.size() ? &map.children[place + 1] : nullptr;
}

int line_in(const yaml_node& map, std::string_view key) {
    return map.children[place_of(map, key)].line;
}

void set_in(yaml_node& map, std::string_view key, yaml_node value, int line) {
    (void)take_from(map, key);
    map.children.push_back({.type = kind::text, .line = line, .text = std::string(key)});
    map.children.push_back(std::move(value));
}

yaml_node take_from(yaml_node& map, std::string_view key) {
    yaml_node taken;
    for (std::size_t i = place_of(map, key); i < map.children.size(); i = place_of(map, key)) {
        auto at = map.children.begin() + static_cast<std::ptrdiff_t>(i);
        if (taken.type == kind::null) taken = std::move(at[1]);
        map.children.erase(at, at + 2);
    }
    return taken;
}

bool is_blank(const yaml_node& value) {
    return value.type == kind::null || (value.type == kind::text && value.text.empty());
}

void overlay(yaml_node& map, const yaml_node& over, int depth) {
    overlay_keys(map, over, [&](const std::string&, yaml_node& old, const yaml_node& value) {
        if (depth <= 1 || !are_maps(old, value)) return false;
        overlay(old, value, depth - 1);
        return true;
    });
}

void overlay_with_auth(yaml_node& map, const yaml_node& over) {
    overlay_keys(map, over, [&](const std::string& key, yaml_node& old, const yaml_node& value) {
        if (key != "auth" || !are_maps(old, value)) return false;
        overlay(old, value, 1);
        return true;
    });
}

void shift_lines(yaml_node& node, int base) {
    node.line += base;
    for (yaml_node& child : node.children) shift_lines(child, base);
}

void use_underscores(yaml_node& node) {
    for (yaml_node& child : node.children) use_underscores(child);
    if (node.type != kind::map) return;
    yaml_node spelled = empty_map(node.line);
    for (std::size_t i = 0; i + 1 < node.children.size(); i += 2)
        std::replace(node.children[i].text.begin(), node.children[i].text.end(), '-', '_');
    overlay(spelled, node, 1);
    node = std::move(spelled);
}

void expand_merge_keys(yaml_node& map) {
    for (std::size_t i = 0; i + 1 < map.children.size(); i += 2) {
        if (map.children[i].text != "<<" || map.children[i].quoted) continue;
        auto at = map.children.begin() + static_cast<std::ptrdiff_t>(i);
        yaml_node merged = std::move(at[1]);
        map.children.erase(at, at + 2);
        std::set<std::string> keys;
        for (std::size_t key = 0; key < map.children.size(); key += 2) keys.insert(map.children[key].text);
        add_missing(map, merged, keys);
        for (const yaml_node& each : merged.children)
            if (merged.type == yaml_node::kind::list) add_missing(map, each, keys);
        return; // a second `<<` is reported as a repeated key
    }
}

} // namespace tokenward
