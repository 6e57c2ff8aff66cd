// The options of one cloud in the spelling and place that they have today.
#pragma once

#include "daemon/config/faults.hpp"
#include "daemon/config/yaml_node.hpp"

#include <string_view>

namespace tokenward {

/// Renames old options of `config` and moves those of the login into its `auth`. REQUIRES: `auth` is a map.
void normalise_options(yaml_node& config);

/// Replaces each `{NAME}` in the text under `key` of `map` by the option NAME of `config`. If there is no
/// such option, that is reported, and the value becomes `broken`.
void expand_placeholders(yaml_node& map, std::string_view key, const yaml_node& config, fault_list& faults);

} // namespace tokenward
