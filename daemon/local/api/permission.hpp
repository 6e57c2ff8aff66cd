// What a connection's caller was last found to be allowed, so that the next get of the same token costs a
// comparison.
#pragma once

#include "daemon/core/config.hpp"
#include "daemon/core/token_cache.hpp"

#include <cstdint>
#include <memory>

namespace tokenward::local {

/// Remembers what was granted for one entry and the token that it held, under the rules of one configuration:
/// a renewed token may say of itself what a `deny` is about.
class permission {
  public:
    /// Whether one of `any_of` has been granted for the entry, as it is, under these rules.
    bool covers(const cache_entry& entry, std::uint64_t generation, verb_set any_of) const noexcept {
        return is_for(entry, generation) && (x_granted & any_of) != 0;
    }

    void grant(const cache_entry& entry, std::uint64_t generation, verb_set verbs) noexcept {
        x_granted = is_for(entry, generation) ? x_granted | verbs : verbs;
        x_entry = entry.id();
        x_generation = generation;
        x_held = entry.life().held();
    }

  private:
    // A token's address could be its successor's later; what owner_before compares can't, while we keep it.
    bool is_for(const cache_entry& entry, std::uint64_t generation) const noexcept {
        const token_ptr& held = entry.life().held();
        return x_entry == entry.id() && x_generation == generation && !x_held.owner_before(held) &&
               !held.owner_before(x_held);
    }

    std::uint64_t x_entry = 0; // ids begin with 1
    std::uint64_t x_generation = 0;
    std::weak_ptr<const token> x_held; // none held then: judged by what was asked for alone
    verb_set x_granted = 0;
};

} // namespace tokenward::local
