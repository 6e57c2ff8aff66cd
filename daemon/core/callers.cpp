// Callers who wait: their queues, and whose turn it is to be told.
#include "daemon/core/callers.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tokenward {

void callers::add(wait_id id, waits_for what, instant until, waiting_caller caller) {
    const entry_id entry = caller.entry;
    waiter& added = x_waiters.try_emplace(id, id, what, until, std::move(caller)).first->second;
    try {
        if (what == waits_for::fetch) added.share = x_shares.take(added.caller.by, entry);
        all(what)[entry].push_back(added);
    } catch (...) { // no memory: as if it had never come
        x_waiters.erase(id);
        throw;
    }
    x_by_until.insert(added);
    ++x_counts[index(what)];
}

const callers::waiter* callers::find(wait_id id) const noexcept {
    auto found = x_waiters.find(id);
    return found == x_waiters.end() ? nullptr : &found->second;
}

waiting_caller callers::remove(wait_id id) noexcept {
    auto found = x_waiters.find(id);
    waiter& leaving = found->second;
    const waits_for what = leaving.what;
    --x_counts[index(what)];
    waiting_caller caller = std::move(leaving.caller);
    x_waiters.erase(found); // which unlinks it
    drop_empty(caller.entry, what);
    return caller;
}

void callers::drop_empty(entry_id entry, waits_for what) noexcept {
    auto left = all(what).find(entry);
    if (left != all(what).end() && left->second.empty()) all(what).erase(left);
}

void callers::set_until(wait_id id, instant until) noexcept {
    waiter& one = x_waiters.find(id)->second;
    static_cast<until_hook&>(one).unlink();
    one.until = until;
    x_by_until.insert(one);
}

void callers::watchers_await_fetch(entry_id entry) {
    auto watching = all(waits_for::change).find(entry);
    if (watching == all(waits_for::change).end()) return;
    queue& waiting = all(waits_for::fetch)[entry];
    while (!watching->second.empty()) {
        waiter& one = watching->second.front();
        one.share =
            x_shares.take(one.caller.by, entry); // first: it may throw; the rest goes on watching then
        static_cast<queue_hook&>(one).unlink();
        waiting.push_back(one);
        one.what = waits_for::fetch;
        --x_counts[index(waits_for::change)];
        ++x_counts[index(waits_for::fetch)];
        set_until(one.id, one.caller.watches_until.value_or(one.until));
    }
    all(waits_for::change).erase(watching);
}

void callers::answer(entry_id entry, waits_for what, answer_function answer) {
    auto found = all(what).find(entry);
    if (found == all(what).end()) return;
    x_answered.push_back({{}, std::move(answer)});
    queue& who = x_answered.back().who;
    who.swap(found->second);
    all(what).erase(found);
    for (waiter& one : who) static_cast<until_hook&>(one).unlink();
}

void callers::answer_one(wait_id id, answer_function answer) {
    waiter& one = x_waiters.find(id)->second;
    x_answered.push_back({{}, std::move(answer)});
    static_cast<queue_hook&>(one).unlink();
    static_cast<until_hook&>(one).unlink();
    x_answered.back().who.push_back(one);
    drop_empty(one.caller.entry, one.what);
}

void callers::answer_all(entry_id entry, const problem& why) {
    const auto error = [why](const waiting_caller&) { return result<served_token>(why); };
    answer(entry, waits_for::fetch, error);
    answer(entry, waits_for::change, error);
}

void callers::end_watches() {
    const auto nothing = [](const waiting_caller&) { return result<served_token>(served_token()); };
    while (auto entry = any_entry(waits_for::change)) answer(*entry, waits_for::change, nothing);
}

// Nothing is held across a handler's call but the front of a list to which others are only added.
std::optional<callers::decided_answer> callers::next_answer() {
    while (!x_answered.empty() && x_answered.front().who.empty()) x_answered.pop_front();
    if (x_answered.empty()) return std::nullopt;
    answered_queue& first = x_answered.front();
    waiting_caller next = remove(first.who.front().id);
    auto answer = first.answer(next);
    return decided_answer{std::move(next.done), std::move(answer)};
}

const callers::queue& callers::of(entry_id entry, waits_for what) const noexcept {
    static const queue nobody;
    const queues& among = x_queues[index(what)];
    auto found = among.find(entry);
    return found == among.end() ? nobody : found->second;
}

std::vector<wait_id> callers::to_be_told_of_failure(entry_id entry, instant next_try) const {
    std::vector<wait_id> gone;
    for (const waiter& one : of(entry, waits_for::fetch))
        if (!one.caller.watches_until || next_try > *one.caller.watches_until) gone.push_back(one.id);
    return gone;
}

requester callers::first_of(entry_id entry) const noexcept {
    const queue& waiting = of(entry, waits_for::fetch);
    return waiting.empty() ? requester{} : waiting.front().caller.by;
}

get_request callers::most_wanted(entry_id entry, instant now) const noexcept {
    get_request most{.max_wait = std::chrono::seconds(0)};
    for (const waiter& one : of(entry, waits_for::fetch)) {
        most.min_ttl = std::max(most.min_ttl, one.caller.wanted.min_ttl);
        most.max_wait = std::max(most.max_wait, whole_seconds(one.until - now));
    }
    return most;
}

const callers::waiter* callers::first_to_time_out() const noexcept {
    return x_by_until.empty() ? nullptr : &*x_by_until.begin();
}

std::optional<entry_id> callers::any_entry(waits_for what) const noexcept {
    for (const auto& [entry, who] : x_queues[index(what)])
        if (!who.empty()) return entry;
    return std::nullopt;
}

} // namespace tokenward
