// Callers who hold a token already and wait for another one (Prefer: wait): a part of token_service.
//
// As long as the held token is good, a watcher waits for a change and costs nothing but its place. When that
// token is refused, it becomes a caller who waits for a fetch, but one who outlives a failure.
#include "daemon/service/token_service.hpp"

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
    if (x_stopped) {
        done(shutting_down());
        return 0;
    }
    const instant at = now().boot;
    waiter fresh{.entry = entry.id(),
                 .wanted = {.max_wait = wait},
                 .done = std::move(done),
                 .by = entry.life().configured() ? requester{} : by,
                 .watches_until = at + wait};
    if (serveable(entry, at) == nullptr) {
        if (!has_share(entry, fresh.wanted, by)) {
            fresh.done(too_much_at_once());
            return 0;
        }
        if (auto within = charge_get(entry, fresh.wanted, by); !within) {
            fresh.done(within.error());
            return 0;
        }
        step next = x_cache.get(entry, fresh.wanted, at);
        return carry_out(entry, std::move(next), std::move(fresh));
    }
    const wait_id id = x_next_wait++;
    const instant until = std::min(at + wait, last_of(entry.life().status(at)));
    x_callers.add(id, waits_for::change, until, std::move(fresh));
    arm();
    return id;
}

// Of those who wait for the fetch that just failed, those whom the next try comes too late for. The others
// have the core try again.
std::vector<wait_id> token_service::those_without_hope(cache_entry& entry, instant next_try) {
    std::vector<wait_id> hopeless;
    std::vector<wait_id> all;
    for (const auto& w : x_callers.of(entry.id(), waits_for::fetch)) {
        all.push_back(w.id);
        if (!w.caller.watches_until || next_try > *w.caller.watches_until) hopeless.push_back(w.id);
    }
    if (hopeless.size() == all.size()) return hopeless;
    const instant at = now().boot;
    const get_request until_then{.max_wait = std::chrono::ceil<std::chrono::seconds>(next_try - at)};
    step next = x_cache.get(entry, until_then, at);
    if (next.kind == step_kind::start_fetch) start_fetch(entry, next.id);
    return next.kind == step_kind::refuse ? all : hopeless;
}

// The held token is gone: its watchers want a fetch now. The caller starts it.
void token_service::let_watchers_wait(cache_entry& entry) {
    x_callers.let_watchers_wait(entry.id(), [&](const waiter& w) { x_shares.take(w.by, entry.id()); });
}

// Nothing has changed, but who watches is to ask again, and is judged anew.
void token_service::end_watches() {
    const auto nothing = [](const waiter&) { return result<token_ptr>(token_ptr()); };
    while (auto entry = x_callers.any_entry(waits_for::change)) tell_soon(*entry, waits_for::change, nothing);
}

// Its time is over, or that of the token that it watches.
void token_service::end_watch(wait_id id, instant now) {
    const waiter& w = x_callers.find(id)->caller;
    const cache_entry* entry = x_cache.find(w.entry); // null: for want of memory nobody was told that it went
    const key_status held = entry != nullptr ? entry->life().status(now) : key_status{};
    const bool good = held.held != nullptr && now < last_of(held);
    if (good && now < *w.watches_until) { // it lives longer than it seemed
        x_callers.set_until(id, std::min(*w.watches_until, last_of(held)));
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
