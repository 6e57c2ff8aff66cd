// What the system's databases of users and groups can be asked, whatever is behind them.
#pragma once

#include "daemon/core/name_resolver.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tokenward {

/// May ask a network and block for long: never to be called from the event loop. Thread-safe. None = there is
/// no such entry, or the database can't tell.
struct name_service : name_resolver {
    virtual std::optional<std::string> user_name(unsigned uid) const = 0;
    virtual std::optional<std::string> group_name(unsigned gid) const = 0;
    /// All groups that a user is in, the primary one too.
    virtual std::optional<std::vector<unsigned>> groups_of(const std::string& user) const = 0;
};

} // namespace tokenward
