// Completes identities that take their login from a cloud of clouds.yaml or from the OS_* variables.
#pragma once

#include "daemon/config/cloud_sources.hpp"
#include "daemon/config/faults.hpp"
#include "daemon/config/yaml_node.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tokenward {

/// The parsed files and variables.
struct cloud_contents {
    cloud_sources from{};
    yaml_node clouds{};   ///< name → cloud, with secure.yaml merged over it
    yaml_node profiles{}; ///< name → profile
    bool sound = true;    ///< no file has a fault
};

/// The clouds for one reading of the configuration. The files are read once, and only if an identity names a
/// cloud. Their faults are added to the faults of the configuration, under the names of these files.
class cloud_reader {
  public:
    /// `finder` may be null: there are no clouds then. Both must outlive this object.
    cloud_reader(const cloud_finder* finder, fault_list& faults) : x_finder(finder), x_faults(faults) {}

    /// Returns `identity` (a section of tokenward.yaml) plus the keys that only its `cloud` has: those in
    /// `auth`, and auth_type, region_name, interface, cacert, cert, key and verify. Unchanged without a
    /// `cloud`. If the cloud can't be read, a fault is added, and the result's `auth` is broken.
    yaml_node complete(const yaml_node& identity);

    /// The names of all clouds, in the order of the files.
    std::vector<std::string> names();

  private:
    const cloud_contents& open();
    yaml_node read(const std::optional<cloud_file>& file, cloud_contents& to);
    void add_variables(cloud_contents& to);
    const yaml_node* find(const std::string& name, int line);
    yaml_node profile_of(const yaml_node& cloud);
    std::optional<yaml_node> cloud_of(const yaml_node& identity, const std::string& name, int line);

    const cloud_finder* x_finder;
    fault_list& x_faults;
    std::optional<cloud_contents> x_contents{};
};

} // namespace tokenward
