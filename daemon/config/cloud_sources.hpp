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
    bool open_to_others = false; ///< others than its owner and group may read it
};

/// One of the OS_* variables.
struct cloud_variable {
    std::string name{};  ///< with the prefix OS_
    std::string value{}; ///< empty for a secret, which is read by its name when it is needed
};

/// The home of the user with this name; an empty name is the user of this process. Empty if there is none.
using home_function = std::function<std::string(const std::string& user)>;

/// All that the logins of clouds are read from.
struct cloud_sources {
    std::optional<cloud_file> clouds{};   ///< clouds.yaml
    std::optional<cloud_file> secure{};   ///< secure.yaml, which is merged over it
    std::optional<cloud_file> vendor{};   ///< clouds-public.yaml, with the profiles that clouds name
    std::vector<std::string> looked_at{}; ///< the paths where a clouds.yaml was looked for
    struct unreadable {
        std::string path;
        std::string reason; ///< "can't be read: …"
    };
    std::vector<unreadable> passed_over{}; ///< files that exist and can't be read
    std::vector<cloud_variable> variables{};
    home_function home_of{};      ///< may be empty: `~` is not expanded then
    std::string variables_name{}; ///< the name of the cloud made from the variables; empty = variables_cloud
};

/// Finds the sources: cloud_file_finder in the daemon, a table in tests.
struct cloud_finder {
    virtual ~cloud_finder() = default;
    virtual cloud_sources find() const = 0;
};

/// The name of the cloud made from the variables, unless OS_CLOUD_NAME gives another.
inline constexpr std::string_view variables_cloud = "envvars";

/// Whether the variable holds a secret, so that only its name may be passed on.
bool is_secret_variable(std::string_view name) noexcept;

} // namespace tokenward
