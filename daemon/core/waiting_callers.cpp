// See waiting_callers.hpp.
#include "daemon/core/waiting_callers.hpp"

#include <utility>

namespace tokenward {

void waiting_callers::add(wait_id id, waits_for what, instant until, waiter caller) {
    const std::uint64_t entry = caller.entry;
    place& added = x_places.try_emplace(id, id, what, until, std::move(caller)).first->second;
    try {
        all(what)[entry].push_back(added);
    } catch (...) { // no memory: as if it had never come
        x_places.erase(id);
        throw;
    }
    x_patience.insert(added);
    ++x_counts[index(what)];
}

const waiting_callers::place* waiting_callers::find(wait_id id) const noexcept {
    auto found = x_places.find(id);
    return found == x_places.end() ? nullptr : &found->second;
}

waiter waiting_callers::remove(wait_id id) noexcept {
    auto found = x_places.find(id);
    place& leaving = found->second;
    const waits_for what = leaving.what;
    --x_counts[index(what)];
    waiter caller = std::move(leaving.caller);
    x_places.erase(found); // which unlinks it
    drop_empty(caller.entry, what);
    return caller;
}

void waiting_callers::drop_empty(std::uint64_t entry, waits_for what) noexcept {
    auto left = all(what).find(entry);
    if (left != all(what).end() && left->second.empty()) all(what).erase(left);
}

waiting_callers::crowd waiting_callers::take_all(std::uint64_t entry, waits_for what) noexcept {
    crowd taken(*this);
    if (auto found = all(what).find(entry); found != all(what).end()) {
        taken.x_rest.swap(found->second);
        all(what).erase(found);
    }
    return taken;
}

std::optional<waiter> waiting_callers::crowd::next() {
    if (x_rest.empty()) return std::nullopt;
    return x_from->remove(x_rest.front().id);
}

void waiting_callers::set_until(wait_id id, instant until) noexcept {
    place& one = x_places.find(id)->second;
    static_cast<patience_hook&>(one).unlink();
    one.until = until;
    x_patience.insert(one);
}

const waiting_callers::queue& waiting_callers::of(std::uint64_t entry, waits_for what) const noexcept {
    static const queue nobody;
    const queues& among = x_queues[index(what)];
    auto found = among.find(entry);
    return found == among.end() ? nobody : found->second;
}

const waiting_callers::place* waiting_callers::most_impatient() const noexcept {
    return x_patience.empty() ? nullptr : &*x_patience.begin();
}

std::optional<std::uint64_t> waiting_callers::any_entry(waits_for what) const noexcept {
    for (const auto& [entry, who] : x_queues[index(what)])
        if (!who.empty()) return entry;
    return std::nullopt;
}

} // namespace tokenward
