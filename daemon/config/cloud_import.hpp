// A cloud of clouds.yaml written out as an identity of tokenward.yaml, its secrets in files of their own.
#pragma once

#include "daemon/config/cloud_sources.hpp"
#include "daemon/config/parse_config.hpp"

#include <string>
#include <vector>

namespace tokenward {

/// A secret that the stanza names by its file.
struct imported_secret {
    std::string path{};
    secret value{};         ///< empty when it is in a variable
    std::string variable{}; ///< its name
};

struct cloud_import {
    std::string identity{}; ///< the cloud's name, made one of ours
    std::string stanza{};   ///< a whole tokenward.yaml of one identity; no secret is in it
    std::vector<imported_secret> secrets{};
    std::vector<config_fault> faults{};
    bool ok() const; ///< no errors: the rest may be used, once the secrets are where they are said to be
};

/// Writes out what an identity with `cloud: NAME` would be. `folder` is where the secrets will be, absolute.
/// Faults that are not in a line of a file have the cloud in the place of a file.
cloud_import import_cloud(const std::string& name, const std::string& folder, const name_resolver& names,
                          const cloud_finder& finder);

} // namespace tokenward
