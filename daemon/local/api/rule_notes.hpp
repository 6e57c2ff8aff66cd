// Which rules have held for want of knowledge: each is told in the log once, and shown to who manages.
#pragma once

#include "daemon/core/access.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace tokenward::local {

/// Under the rules of one configuration: bounded by the number of its rules.
class rule_notes {
  public:
    /// A `deny` has held for a caller of whom it is not known that it is about it. Logged the first time for
    /// each rule and reason.
    void note(std::uint64_t generation, const identity_config& identity, const access_decision& decision,
              const caller& who);

    /// A line for each of the identity's rules whose name has no number, and for each that has held for want
    /// of knowledge since the last reload.
    std::vector<std::string> warnings_of(std::uint64_t generation, const identity_config& identity) const;

  private:
    std::uint64_t x_generation = 0;
    std::map<std::tuple<std::string, std::size_t, doubt>, unsigned>
        x_last; // uid, by identity, rule and reason
};

} // namespace tokenward::local
