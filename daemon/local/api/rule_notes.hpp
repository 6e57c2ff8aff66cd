// Remembers which `deny` rules were applied without certainty: each is logged once, and shown to managers.
#pragma once

#include "daemon/core/access.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace tokenward::local {

/// Holds the rules of one configuration only, so it is bounded by their number. One thread.
class rule_notes {
  public:
    /// A `deny` was applied although it is not certain that it is about this caller. Logged the first time
    /// for each rule and reason.
    void note(std::uint64_t generation, const identity_config& identity, const access_decision& decision,
              const caller& who);

    /// A line for each of the identity's rules whose name has no uid or gid, and for each that note() was
    /// called with since the last reload.
    std::vector<std::string> warnings_of(std::uint64_t generation, const identity_config& identity) const;

  private:
    std::uint64_t x_generation = 0;
    std::map<std::tuple<std::string, std::size_t, doubt>, unsigned>
        x_last; // uid, by identity, rule and reason
};

} // namespace tokenward::local
