// The questions about one caller that the system's databases of users and groups answer.
#pragma once

#include "daemon/core/caller_facts.hpp"
#include "daemon/names/name_service.hpp"

#include <compare>
#include <string>
#include <vector>

namespace tokenward {

/// The ids of a caller as the kernel names them.
struct caller_ids {
    unsigned uid = 0;
    std::vector<unsigned> gids{};
    friend auto operator<=>(const caller_ids&, const caller_ids&) = default;
};

/// What `names` knows of the caller `of` and of `owners`, the owners of its subordinate ids as /etc/subuid
/// and /etc/subgid write them. `with_names`: names of the caller and of all groups too. Sets all members but
/// `owners_known`. May block for long.
caller_facts query_caller(const name_service& names, const caller_ids& of,
                          const std::vector<std::string>& owners, bool with_names);

} // namespace tokenward
