// Completes identities that take their login from a cloud of clouds.yaml or from the OS_* variables.
#pragma once

#include "daemon/config/cloud_sources.hpp"
#include "daemon/config/yaml.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tokenward {

/// What the files say, read.
struct cloud_contents {
    cloud_sources from{};
    yaml_node clouds{};   ///< name → cloud, with secure.yaml laid over
    yaml_node profiles{}; ///< name → profile
    bool sound = true;    ///< no file had a fault
};

/// The clouds of one reading of the configuration. The files are read once, and only if an identity wants
/// them; their faults go where its own go, under their names.
class cloud_reader {
  public:
    /// `finder` may be null: then there are no clouds. Both are used as long as this object is.
    cloud_reader(const cloud_finder* finder, fault_list& faults) : x_finder(finder), x_faults(faults) {}

    /// `identity`, a section of tokenward.yaml, with what its `cloud` says and it does not say itself: the
    /// map `auth`, key by key, and auth_type, region_name, interface, cacert, cert, key and verify. Without
    /// a `cloud` it stays as it is. When that can't be had, which is reported, its `auth` is broken.
    yaml_node complete(const yaml_node& identity);

    /// The names of the clouds that there are, in the order of the files.
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
