// Converts a cloud of clouds.yaml to an identity of tokenward.yaml, with its secrets in files of their own.
#pragma once

#include "daemon/config/cloud_sources.hpp"
#include "daemon/config/parse_config.hpp"

#include <string>
#include <vector>

namespace tokenward {

/// A secret that the stanza refers to by its file.
struct imported_secret {
    std::string path{};
    secret value{};         ///< empty if it is in a variable
    std::string variable{}; ///< its name
};

struct cloud_import {
    std::string identity{}; ///< its name, made from the cloud's
    std::string stanza{};   ///< a complete tokenward.yaml with this identity, without secrets
    std::vector<imported_secret> secrets{};
    std::vector<config_fault> faults{};
    bool ok() const; ///< no errors: the stanza may be used once the secrets are in their files
};

/// Converts the cloud `name` to what an identity with `cloud: NAME` is. `folder`, an absolute path, is where
/// the secrets will be. Faults in no line of a file name the cloud in place of the file.
cloud_import import_cloud(const std::string& name, const std::string& folder, const name_resolver& names,
                          const cloud_finder& finder);

} // namespace tokenward
