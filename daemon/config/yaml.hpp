// Parses YAML into a tree of values. Hides yaml-cpp.
#pragma once

#include "daemon/config/faults.hpp"
#include "daemon/config/yaml_node.hpp"

#include <optional>
#include <string_view>

namespace tokenward {

/// `ours`: no anchors, aliases or tags. `openstack` (clouds.yaml): anchors, aliases, merge keys (`<<`) and
/// the tag `!!str`.
enum class yaml_dialect { ours, openstack };

/// Parses the one document in `text`; an empty one is a null in line 0. None after a report if it can't be
/// read at all. Size, depth and number of values are bounded; aliases count as if they were written out.
std::optional<yaml_node> parse_yaml(std::string_view text, fault_list& faults,
                                    yaml_dialect dialect = yaml_dialect::ours);

} // namespace tokenward
