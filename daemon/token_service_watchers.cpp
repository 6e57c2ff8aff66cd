// Callers who hold a token already and wait for another one (Prefer: wait): a part of token_service.
//
// As long as the held token is good, a watcher stands in x_watching and costs nothing but its place. When
// that token is refused, it becomes a caller who waits for a fetch, in x_waiting, but one who outlives a
// failure.
#include "daemon/token_service.hpp"

#include <algorithm>
#include <utility>

namespace tokenward {
namespace {

// When the held token ceases to be served.
instant last_of(const key_status& held) noexcept {
    return held.expires - expiry_margin;
}

} // namespace

wait_id token_service::watch(cache_entry& entry, std::chrono::seconds wait, token_handler done,
                             const requester& by) {
    const instant at = now().boot;
    waiter fresh{.entry = entry.id(),
                 .wanted = {.max_wait = wait},
                 .done = std::move(done),
                 .by = entry.life().configured() ? requester{} : by,
                 .patience = {},
                 .watches_until = at + wait};
    if (serveable(entry, at) == nullptr) {
        if (!has_share(entry, fresh.wanted, by)) {
            fresh.done(too_much_at_once());
            return 0;
        }
        step next = x_cache.get(entry, fresh.wanted, at);
        return carry_out(entry, std::move(next), std::move(fresh));
    }
    const wait_id id = x_next_wait++;
    fresh.patience = x_patience.emplace(std::min(at + wait, last_of(entry.life().status(at))), id);
    x_waiters.emplace(id, std::move(fresh));
    x_watching[entry.id()].insert(id);
    arm();
    return id;
}

std::vector<token_service::waiter> token_service::take_watchers(std::uint64_t entry) {
    std::vector<waiter> taken;
    auto found = x_watching.find(entry);
    if (found == x_watching.end()) return taken;
    std::set<wait_id> ids = std::move(found->second);
    x_watching.erase(found);
    taken.reserve(ids.size());
    for (wait_id id : ids) {
        auto w = x_waiters.extract(id);
        x_patience.erase(w.mapped().patience);
        taken.push_back(std::move(w.mapped()));
    }
    return taken;
}

// Of those who wait for the fetch that just failed, those whom the next try comes too late for. The others
// have the core try again.
std::vector<wait_id> token_service::those_without_hope(cache_entry& entry, instant next_try) {
    std::vector<wait_id> hopeless;
    auto found = x_waiting.find(entry.id());
    if (found == x_waiting.end()) return hopeless;
    for (wait_id id : found->second) {
        const waiter& w = x_waiters.at(id);
        if (!w.watches_until || next_try > *w.watches_until) hopeless.push_back(id);
    }
    if (hopeless.size() == found->second.size()) return hopeless;
    const instant at = now().boot;
    const get_request until_then{.max_wait = std::chrono::ceil<std::chrono::seconds>(next_try - at)};
    step next = x_cache.get(entry, until_then, at);
    if (next.kind == step_kind::start_fetch) start_fetch(entry, next.id);
    if (next.kind == step_kind::refuse) hopeless.assign(found->second.begin(), found->second.end());
    return hopeless;
}

// The held token is gone: its watchers want a fetch now. The caller starts it.
void token_service::let_watchers_wait(cache_entry& entry) {
    auto found = x_watching.find(entry.id());
    if (found == x_watching.end()) return;
    std::set<wait_id> ids = std::move(found->second);
    x_watching.erase(found);
    for (wait_id id : ids) {
        waiter& w = x_waiters.at(id);
        x_shares.take(w.by, entry.id());
        x_patience.erase(w.patience);
        w.patience = x_patience.emplace(*w.watches_until, id);
    }
    x_waiting[entry.id()].merge(ids);
}

bool token_service::watches_held_token(wait_id id) const {
    auto of_entry = x_watching.find(x_waiters.at(id).entry);
    return of_entry != x_watching.end() && of_entry->second.contains(id);
}

// Its time is over, or that of the token that it watches.
void token_service::end_watch(wait_id id, instant now) {
    waiter& w = x_waiters.at(id);
    cache_entry* entry = x_cache.find(w.entry);
    const key_status held = entry->life().status(now);
    const bool good = held.held != nullptr && now < last_of(held);
    if (good && now < *w.watches_until) { // it lives longer than it seemed
        x_patience.erase(w.patience);
        w.patience = x_patience.emplace(std::min(*w.watches_until, last_of(held)), id);
        return;
    }
    problem ended{errc::iam_unavailable, "the token expired, and there is no new one yet"};
    if (!good && held.last_error != nullptr) ended.detail += std::string(": ") + held.last_error->detail;
    ended.retry_after = std::chrono::seconds(1);
    token_handler done = take_waiter(id);
    if (good)
        done(token_ptr());
    else
        done(std::move(ended));
}

} // namespace tokenward
