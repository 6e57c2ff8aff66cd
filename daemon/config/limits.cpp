// `limits`: how much callers may cost the IAM.
#include "daemon/config/parts.hpp"

namespace tokenward {

limits_config read_limits(const section& file) {
    limits_config made;
    const yaml_node* node = file.find("limits");
    if (node == nullptr) return made;
    section limits(*node, "limits", config_keys::limits, file.faults());
    if (node->type != yaml_node::kind::map) return made;
    made.new_scopes_per_minute =
        limits.number("new_scopes_per_minute", 1, 60'000).value_or(made.new_scopes_per_minute);
    made.new_scopes_burst = limits.number("new_scopes_burst", 1, 10'000).value_or(made.new_scopes_burst);
    return made;
}

} // namespace tokenward
