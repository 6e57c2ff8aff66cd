// Keeps the failures of each identity's evicted entries in a queue, the oldest first.
#include "daemon/core/refused_scopes.hpp"

#include <algorithm>
#include <utility>

namespace tokenward {

void refused_scopes::remember(std::string_view identity, const scope& target, remembered_failure what,
                              instant now) {
    auto known = x_refused.find(identity);
    if (known == x_refused.end()) known = x_refused.try_emplace(std::string(identity)).first;
    auto& all = known->second;
    while (!all.empty() && (all.front().what.next_try <= now || all.size() >= most)) all.pop_front();
    all.push_back({target, std::move(what)});
}

std::optional<remembered_failure> refused_scopes::take(std::string_view identity, const scope& target,
                                                       instant now) {
    auto known = x_refused.find(identity);
    if (known == x_refused.end()) return std::nullopt;
    auto& all = known->second;
    auto found = std::find_if(all.begin(), all.end(), [&](const refused& r) { return r.target == target; });
    if (found == all.end()) return std::nullopt;
    remembered_failure what = std::move(found->what);
    all.erase(found);
    if (all.empty()) x_refused.erase(known);
    if (what.next_try <= now) return std::nullopt;
    return what;
}

bool refused_scopes::knows(std::string_view identity, const scope& target, instant now) const {
    auto known = x_refused.find(identity);
    return known != x_refused.end() &&
           std::any_of(known->second.begin(), known->second.end(),
                       [&](const refused& r) { return r.target == target && r.what.next_try > now; });
}

void refused_scopes::forget(std::string_view identity) {
    if (auto known = x_refused.find(identity); known != x_refused.end()) x_refused.erase(known);
}

std::size_t refused_scopes::size(std::string_view identity) const {
    auto known = x_refused.find(identity);
    return known == x_refused.end() ? 0 : known->second.size();
}

} // namespace tokenward
