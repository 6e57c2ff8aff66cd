// Identities whose login stands in OpenStack's own files, clouds.yaml and its kin, or in the OS_* variables.
#pragma once

#include "common/secret.hpp"
#include "daemon/config/yaml.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tokenward {

/// One of OpenStack's files.
struct cloud_file {
    std::string path{};
    wiped_string text{};
    bool open_to_others = false; ///< people other than its owner and group may read it
};

/// One of the OS_* variables.
struct cloud_variable {
    std::string name{};  ///< with its OS_
    std::string value{}; ///< not of a secret: that is read by its name when it is needed
};

/// The home of a user, by name; of whoever runs this for an empty one. Empty = it has none.
using home_function = std::function<std::string(const std::string& user)>;

/// All that the logins of clouds are made from.
struct cloud_sources {
    std::optional<cloud_file> clouds{};   ///< clouds.yaml
    std::optional<cloud_file> secure{};   ///< secure.yaml, which is laid over it
    std::optional<cloud_file> vendor{};   ///< clouds-public.yaml, with profiles that clouds name
    std::vector<std::string> looked_at{}; ///< where a clouds.yaml was looked for
    struct unreadable {
        std::string path;
        std::string reason; ///< "can't be read: …"
    };
    std::vector<unreadable> passed_over{}; ///< files of either kind that are there and can't be read
    std::vector<cloud_variable> variables{};
    home_function home_of{};      ///< may be empty: then no `~` is expanded
    std::string variables_name{}; ///< of the cloud that the variables make; empty = variables_cloud
};

/// Finds them; given by the shell (daemon/clouds_files), a table in tests.
struct cloud_finder {
    virtual ~cloud_finder() = default;
    virtual cloud_sources find() const = 0;
};

/// The name by which the variables are asked for, as if they were a cloud of the files, unless OS_CLOUD_NAME
/// gives another.
inline constexpr std::string_view variables_cloud = "envvars";

/// Whether the variable's value is a secret, and is to be named only.
bool is_secret_variable(std::string_view name) noexcept;

/// What the files say, read.
struct cloud_contents {
    cloud_sources from{};
    yaml_node clouds{};   ///< name → cloud, with secure.yaml laid over
    yaml_node profiles{}; ///< name → profile
    bool sound = true;    ///< no file had a fault
};

/// The clouds of one reading of the configuration. The files are read once, and only if an identity wants
/// them; their faults go where its own go, under their names.
class cloud_shelf {
  public:
    /// `finder` may be null: then there are no clouds. Both are used as long as this object is.
    cloud_shelf(const cloud_finder* finder, fault_list& faults) : x_finder(finder), x_faults(faults) {}

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
