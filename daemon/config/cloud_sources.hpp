// The files and variables from which OpenStack's tools take the logins of clouds.
#pragma once

#include "common/secret.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
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

/// Finds them; given by the shell (daemon/cloud_file_finder), a table in tests.
struct cloud_finder {
    virtual ~cloud_finder() = default;
    virtual cloud_sources find() const = 0;
};

/// The name by which the variables are asked for, as if they were a cloud of the files, unless OS_CLOUD_NAME
/// gives another.
inline constexpr std::string_view variables_cloud = "envvars";

/// Whether the variable's value is a secret, and is to be named only.
bool is_secret_variable(std::string_view name) noexcept;

} // namespace tokenward
