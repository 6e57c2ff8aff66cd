// The tree that YAML and JSON are parsed into: its values, and how the keys of its maps are found, set and
// merged.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tokenward {

/// A value, which knows its line.
struct yaml_node {
    /// `broken`: a fault in it has been reported; ignore it.
    enum class kind { null, text, list, map, broken };
    kind type = kind::null;
    int line = 0;        ///< from 1; for the list or map of a key, the line of the key
    bool quoted = false; ///< in quotes, or a block text
    std::string text{};
    std::vector<yaml_node> children{}; ///< of a list, its items; of a map: key, value, key, value …
};

/// An empty map whose line is `line`.
yaml_node empty_map(int line);

/// The value of `key`; nullptr if `map` is no map or has no such key. Of several the last, as in PyYAML.
const yaml_node* find_in(const yaml_node& map, std::string_view key);
yaml_node* find_in(yaml_node& map, std::string_view key);
/// The line of `key` itself. REQUIRES: `map` has it.
int line_in(const yaml_node& map, std::string_view key);

/// Sets the value of `key`, replacing one that exists.
void set_in(yaml_node& map, std::string_view key, yaml_node value, int line);
/// Removes `key`, all of several, and returns the value of the last; a null if there was none.
yaml_node take_from(yaml_node& map, std::string_view key);

/// Whether the value is a null or an empty text: OpenStack's tools ignore such options.
bool is_blank(const yaml_node& value);

/// Merges `over` into `map`: its values replace those of `map`. Maps in both are merged down to `depth`
/// levels.
void overlay(yaml_node& map, const yaml_node& over, int depth);

/// As overlay() with one level, but `auth` is merged key by key, as openstacksdk does for profiles and
/// regions.
void overlay_with_auth(yaml_node& map, const yaml_node& over);

/// Adds `base` to the lines of the node and all below it.
void shift_lines(yaml_node& node, int base);

/// Replaces `-` by `_` in keys at all depths. Of keys that are then equal, the last wins.
void use_underscores(yaml_node& node);

/// Replaces the merge key `<<` of a map by the keys of its value: a map, or a list of maps of which the first
/// wins. Keys of the map itself win over both.
void expand_merge_keys(yaml_node& map);

} // namespace tokenward
