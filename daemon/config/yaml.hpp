// YAML as a small tree in which every value knows its line; yaml-cpp stays behind it.
#pragma once

#include "daemon/config/faults.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tokenward {

struct yaml_node {
    /// `broken` has been reported, and is to be passed over.
    enum class kind { null, text, list, map, broken };
    kind type = kind::null;
    int line = 0;        ///< from 1; of a list or map that belongs to a key, the key's
    bool quoted = false; ///< a text in quotes, or a block of text
    std::string text{};
    std::vector<yaml_node> children{}; ///< of a list, its items; of a map: key, value, key, value …
};

/// Our own files have neither anchors nor tags. Those of others may have anchors, aliases, merge keys (`<<`)
/// and the tag `!!str`.
enum class yaml_dialect { ours, others };

/// Parses the one document in `text`; an empty one is a null in line 0. None when it can't be read at all,
/// which is then reported. Bounded in size, depth and number of values, with what aliases stand for.
std::optional<yaml_node> parse_yaml(std::string_view text, fault_list& faults,
                                    yaml_dialect dialect = yaml_dialect::ours);

} // namespace tokenward
