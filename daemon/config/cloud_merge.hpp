// Merges one cloud with its profile and region into a login, as openstacksdk does.
#pragma once

#include "daemon/config/cloud_sources.hpp"
#include "daemon/config/faults.hpp"
#include "daemon/config/yaml_node.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tokenward {

struct cloud_request {
    int line = 0;         ///< of the key `cloud`
    std::string region{}; ///< empty = the first of the cloud
    int region_line = 0;
    home_function home_of{};
};

/// The keys of an identity that come from a cloud, beside `auth`.
inline constexpr std::string_view cloud_keys[] = {"auth_type", "auth_methods", "region_name", "interface",
                                                  "cacert",    "cert",         "key",         "verify"};

/// One of the profiles that openstacksdk has built in; a null if it is not known here.
yaml_node built_in_profile(std::string_view name);

/// The login of `cloud`, merged over its `profile` (which may be a null): a map with `auth` and those of
/// cloud_keys that are given. None after a report that the cloud does not have the region. REQUIRES: `cloud`
/// is a map, `profile` a map or a null; both have gone through use_underscores().
std::optional<yaml_node> merge_cloud(const yaml_node& cloud, const yaml_node& profile,
                                     const cloud_request& request, fault_list& faults);

} // namespace tokenward
