// Reads YAML into a small tree in which every value knows its line. Hides yaml-cpp.
#pragma once

#include "daemon/config/faults.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tokenward {

struct yaml_node {
    /// `broken`: a fault in it has been reported; ignore it.
    enum class kind { null, text, list, map, broken };
    kind type = kind::null;
    int line = 0;        ///< from 1; for the list or map of a key, the line of the key
    bool quoted = false; ///< in quotes, or a block text
    std::string text{};
    std::vector<yaml_node> children{}; ///< of a list, its items; of a map: key, value, key, value …
};

/// `ours`: no anchors, aliases or tags. `openstack` (clouds.yaml): anchors, aliases, merge keys (`<<`) and
/// the tag `!!str`.
enum class yaml_dialect { ours, openstack };

/// Parses the one document in `text`; an empty one is a null in line 0. None after a report if it can't be
/// read at all. Size, depth and number of values are bounded; aliases count as if they were written out.
std::optional<yaml_node> parse_yaml(std::string_view text, fault_list& faults,
                                    yaml_dialect dialect = yaml_dialect::ours);

} // namespace tokenward
