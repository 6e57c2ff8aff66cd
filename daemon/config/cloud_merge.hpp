// What openstacksdk makes of one cloud: profile, region, old spellings, and options outside of `auth`.
#pragma once

#include "daemon/config/cloud_sources.hpp"
#include "daemon/config/yaml.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tokenward {

struct cloud_request {
    int line = 0;         ///< where the cloud is asked for
    std::string region{}; ///< empty = the cloud's first
    int region_line = 0;
    home_function home_of{};
};

/// The keys of an identity that come from a cloud, beside `auth`.
inline constexpr std::string_view cloud_keys[] = {"auth_type", "auth_methods", "region_name", "interface",
                                                  "cacert",    "cert",         "key",         "verify"};

/// The profiles that openstacksdk brings along and that we know too: a null for others.
yaml_node built_in_profile(std::string_view name);

/// The login that `cloud`, laid over its `profile` (which may be a null), describes: a map of `auth` and
/// those of cloud_keys that it says. None after a report of a region that the cloud has not.
/// REQUIRES: both are maps, or the profile a null, with spelled keys
std::optional<yaml_node> merge_cloud(const yaml_node& cloud, const yaml_node& profile,
                                     const cloud_request& request, fault_list& faults);

} // namespace tokenward
