// JSON as the tree that YAML is read into, for clouds.json and its kin.
#pragma once

#include "daemon/config/yaml.hpp"

#include <optional>
#include <string_view>

namespace tokenward {

/// Parses one document (RFC 8259). Strings are quoted texts; numbers, `true` and `false` are texts as they
/// are written; the lines are those of the values. None when it can't be read, which is then reported without
/// any of its content. Bounded like parse_yaml: 1 MiB, 16 levels.
std::optional<yaml_node> parse_json(std::string_view text, fault_list& faults);

} // namespace tokenward
