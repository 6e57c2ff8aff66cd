// The interface to the system's databases of users and groups.
#pragma once

#include "daemon/core/name_resolver.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tokenward {

/// Calls may ask a network and block for long: never call them from the event loop. Thread-safe. None: there
/// is no such entry, or the database does not answer.
struct name_service : name_resolver {
    virtual std::optional<std::string> user_name(unsigned uid) const = 0;
    virtual std::optional<std::string> group_name(unsigned gid) const = 0;
    /// All groups that a user is in, the primary one too.
    virtual std::optional<std::vector<unsigned>> groups_of(const std::string& user) const = 0;
};

} // namespace tokenward
