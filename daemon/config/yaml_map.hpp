// Maps of YAML as they are merged: found, set and laid over each other by their keys.
#pragma once

#include "daemon/config/yaml.hpp"

namespace tokenward {

/// An empty map that is said to stand in `line`.
yaml_node empty_map(int line);

/// The value of `key`; null if `map` is no map or has none. Of several the last, as in PyYAML.
const yaml_node* find_in(const yaml_node& map, std::string_view key);
yaml_node* find_in(yaml_node& map, std::string_view key);
/// The line of `key` itself. REQUIRES: it is there
int line_in(const yaml_node& map, std::string_view key);

/// Gives `key` this value, in this line; it takes the place of one that is there.
void set_in(yaml_node& map, std::string_view key, yaml_node value, int line);
/// Removes all of the name and returns the last one's value; a null if there was none.
yaml_node take_from(yaml_node& map, std::string_view key);

/// Whether it says nothing: a null, or an empty text. OpenStack's tools pass over such options.
bool is_blank(const yaml_node& value);

/// Lays `over` on `map`: what it says replaces what was there, and maps are laid on maps to the depth of
/// `depth`.
void overlay(yaml_node& map, const yaml_node& over, int depth);

/// As overlay, but for maps under `auth` alone, in the manner of openstacksdk's profiles and regions.
void overlay_with_auth(yaml_node& map, const yaml_node& over);

/// Adds `base` to the lines of all values.
void shift_lines(yaml_node& node, int base);

/// Turns `-` in keys into `_`, at all depths; of a key that is then there twice, the last stays.
void use_underscores(yaml_node& node);

/// Replaces the merge key `<<` of a map by the keys of its value: a map, or a list of maps of which the first
/// wins. Keys of the map itself win over both.
void expand_merge_keys(yaml_node& map);

} // namespace tokenward
