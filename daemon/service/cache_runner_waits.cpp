// How a caller's wait begins and ends.
#include "daemon/service/cache_runner.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tokenward {
namespace {

using namespace std::chrono_literals;

// When the held token ceases to be served.
instant last_of(const key_status& held) noexcept {
    return held.expires - expiry_margin;
}

} // namespace

wait_id cache_runner::carry_out(cache_entry& entry, step next, waiting_caller caller) {
    if (next.kind == step_kind::serve) {
        caller.done(served_token{entry.life().held(), entry.life().status(now().boot).expires});
        return 0;
    }
    if (next.kind == step_kind::fail) {
        caller.done(std::move(next.error));
        return 0;
    }
    if (next.kind == step_kind::wait && entry.life().fetch_under_way() != 0)
        ++counts.of(entry.identity()).coalesced;
    const wait_id id = x_next_wait++;
    caller.entry = entry.id();
    if (entry.life().configured()) caller.by = {};
    const instant until = now().boot + caller.wanted.max_wait;
    waiting.add(id, waits_for::fetch, until, std::move(caller));
    if (next.kind == step_kind::start_fetch) start_fetch(entry, next.id);
    arm();
    return id;
}

wait_id cache_runner::watch_held(const cache_entry& entry, waiting_caller caller) {
    const wait_id id = x_next_wait++;
    caller.entry = entry.id();
    if (entry.life().configured()) caller.by = {};
    const instant until = std::min(*caller.watches_until, last_of(entry.life().status(now().boot)));
    waiting.add(id, waits_for::change, until, std::move(caller));
    arm();
    return id;
}

void cache_runner::cancel(wait_id id) noexcept {
    if (const auto* found = waiting.find(id)) {
        const bool for_fetch = found->what == waits_for::fetch;
        const waiting_caller gone = waiting.remove(id);
        cache_entry* entry = cache.find(gone.entry);
        if (for_fetch && entry != nullptr && !waiting.await_fetch(gone.entry))
            cache.abandoned(*entry, now().boot);
    }
    reports.cancel(id);
    x_passcode_waiters.erase(id);
}

void cache_runner::fetch_for_waiting(cache_entry& entry) {
    if (!waiting.await_fetch(entry.id())) return;
    const instant at = now().boot;
    step next = cache.get(entry, {.max_wait = waiting.most_wanted(entry.id(), at).max_wait}, at);
    if (next.kind == step_kind::start_fetch) start_fetch(entry, next.id);
    if (next.kind == step_kind::fail) waiting.answer_all(entry.id(), next.error);
}

void cache_runner::entry_gone(entry_id id, const problem& why) {
    waiting.answer_all(id, why);
    reports.settle_entry(id);
}

void cache_runner::tell() {
    if (x_is_telling) return;
    struct flag {
        bool& of;
        explicit flag(bool& raised) : of(raised) { of = true; }
        ~flag() { of = false; }
    } const raised(x_is_telling);
    for (;;) {
        if (auto next = waiting.next_answer())
            next->done(std::move(next->answer));
        else if (!reports.tell_next())
            return;
    }
}

void cache_runner::end_waits(instant now) {
    for (const auto* first = waiting.first_to_time_out(); first != nullptr && first->until <= now;
         first = waiting.first_to_time_out()) {
        if (first->what == waits_for::change) {
            end_watch(*first, now);
            continue;
        }
        const entry_id id = first->caller.entry;
        waiting.answer_one(first->id, [](const waiting_caller&) -> result<served_token> {
            return problem{errc::timeout, "the IAM gave no token in time (max_wait, or the wait of Prefer)",
                           1s};
        });
        cache_entry* entry = cache.find(id);
        if (entry != nullptr && !waiting.await_fetch(id)) cache.abandoned(*entry, now);
    }
}

// Its time is over, or that of the token that it watches.
void cache_runner::end_watch(const callers::waiter& watcher, instant now) {
    const waiting_caller& caller = watcher.caller;
    const cache_entry* entry =
        cache.find(caller.entry); // null: it was evicted, and std::bad_alloc kept the caller from being told
    const key_status held = entry != nullptr ? entry->life().status(now) : key_status{};
    const bool good = held.held != nullptr && now < last_of(held);
    if (good && now < *caller.watches_until) // it lives longer than it seemed
        return waiting.set_until(watcher.id, std::min(*caller.watches_until, last_of(held)));
    if (good)
        return waiting.answer_one(watcher.id,
                                  [](const waiting_caller&) { return result<served_token>(served_token()); });
    problem ended{errc::iam_unavailable, "the token expired, and there is no new one yet", 1s};
    if (held.last_error != nullptr) ended.detail += std::string(": ") + held.last_error->detail;
    waiting.answer_one(watcher.id, [ended](const waiting_caller&) { return result<served_token>(ended); });
}

} // namespace tokenward
