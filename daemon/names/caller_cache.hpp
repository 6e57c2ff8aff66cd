// What is known of callers: a bounded cache, without the look-ups that fill it.
#pragma once

#include "common/time.hpp"
#include "daemon/core/caller_facts.hpp"
#include "daemon/names/caller_query.hpp"

#include <cstddef>
#include <list>
#include <map>
#include <memory>

namespace tokenward {

/// Evicts the caller that was not asked for the longest, but none with a look-up under way. Not thread-safe.
class caller_cache {
  public:
    struct entry {
        caller_ids of;
        std::shared_ptr<const caller_facts> facts{}; ///< null: not known yet
        instant looked_up{};
        bool under_way = false; ///< a look-up
    };

    explicit caller_cache(std::size_t most) : x_most(most) {}

    /// The entry of a caller, a new one if there is none. Valid until the next open() or clear(). Null: there
    /// is no room, since a look-up is under way for all others.
    entry* open(const caller_ids& of);
    /// The same, but null if there is none; does not count as asking for it.
    entry* find(const caller_ids& of) const;
    void clear() noexcept;

  private:
    bool evict();

    std::size_t x_most;
    std::list<entry> x_entries; // last asked for first
    std::map<caller_ids, std::list<entry>::iterator> x_places;
};

} // namespace tokenward
