// Finds callers in the cache, and evicts those that nobody asks for.
#include "daemon/names/caller_cache.hpp"

#include <algorithm>
#include <iterator>

namespace tokenward {

caller_cache::entry* caller_cache::open(const caller_ids& of) {
    if (const auto found = x_places.find(of); found != x_places.end()) {
        x_entries.splice(x_entries.begin(), x_entries, found->second);
        return &*found->second;
    }
    if (x_entries.size() >= x_most && !evict()) return nullptr;
    x_entries.push_front({.of = of});
    x_places.emplace(of, x_entries.begin());
    return &x_entries.front();
}

caller_cache::entry* caller_cache::find(const caller_ids& of) const {
    const auto found = x_places.find(of);
    return found == x_places.end() ? nullptr : &*found->second;
}

void caller_cache::clear() noexcept {
    x_entries.clear();
    x_places.clear();
}

// False: a look-up is under way for each.
bool caller_cache::evict() {
    const auto idle =
        std::find_if(x_entries.rbegin(), x_entries.rend(), [](const entry& each) { return !each.under_way; });
    if (idle == x_entries.rend()) return false;
    x_places.erase(idle->of);
    x_entries.erase(std::next(idle).base());
    return true;
}

} // namespace tokenward
