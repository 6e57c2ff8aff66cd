// Reads JSON into the same tree as YAML, for clouds.json and the files beside it.
#pragma once

#include "daemon/config/faults.hpp"
#include "daemon/config/yaml_node.hpp"

#include <optional>
#include <string_view>

namespace tokenward {

/// Parses one document (RFC 8259). Strings are quoted texts; numbers, `true` and `false` are texts as they
/// are written; the lines are those of the values. None after a report if it can't be read; the message
/// quotes nothing of it. Bounded like parse_yaml: 1 MiB, 16 levels.
std::optional<yaml_node> parse_json(std::string_view text, fault_list& faults);

} // namespace tokenward
