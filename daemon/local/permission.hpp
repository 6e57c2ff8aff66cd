// What a connection's caller was last found to be allowed, so that the next get of the same token costs a
// comparison.
#pragma once

#include "daemon/core/token_cache.hpp"

namespace tokenward::local {

/// Remembers what was granted for one entry, under the rules of one configuration.
class permission {
  public:
    /// Whether one of `any_of` has been granted for the entry under these rules.
    bool covers(const cache_entry& entry, std::uint64_t generation, verb_set any_of) const noexcept {
        return x_entry == entry.id() && x_generation == generation && (x_granted & any_of) != 0;
    }

    void grant(const cache_entry& entry, std::uint64_t generation, verb_set verbs) noexcept {
        bool same = x_entry == entry.id() && x_generation == generation;
        x_granted = same ? x_granted | verbs : verbs;
        x_entry = entry.id();
        x_generation = generation;
    }

  private:
    std::uint64_t x_entry = 0; // ids begin with 1
    std::uint64_t x_generation = 0;
    verb_set x_granted = 0;
};

} // namespace tokenward::local
