// Callers who wait for a token, and what they are told: the part of token_service that faces the local side.
#include "daemon/service/token_service.hpp"

#include <algorithm>
#include <utility>

namespace tokenward {
namespace {

using namespace std::chrono_literals;
constexpr std::chrono::seconds longest_wait = 24h;

} // namespace

problem token_service::shutting_down() {
    return {errc::iam_unavailable, "tokenwardd is shutting down"};
}

problem token_service::too_much_at_once() {
    problem error{errc::too_many_requests,
                  "this user has the IAM asked for as many on-demand scopes as it may at "
                  "a time: wait for one of them"};
    error.retry_after = 1s;
    return error;
}

// What is configured, held, or worked on for the caller already costs the IAM nothing more.
bool token_service::has_share(const cache_entry& entry, const get_request& wanted,
                              const requester& by) const {
    if (entry.life().configured() || x_shares.has_room(by, entry.id())) return true;
    instant at = now().boot;
    key_status s = entry.life().status(at);
    return s.held != nullptr && s.expires - at >= wanted.min_ttl;
}

wait_id token_service::get(cache_entry& entry, const get_request& wanted, token_handler done,
                           const requester& by) {
    if (x_stopped) {
        done(shutting_down());
        return 0;
    }
    if (!has_share(entry, wanted, by)) {
        done(too_much_at_once());
        return 0;
    }
    get_request bounded = wanted;
    bounded.max_wait = std::min(wanted.max_wait, longest_wait);
    if (auto within = charge_get(entry, bounded, by); !within) {
        done(within.error());
        return 0;
    }
    step next = x_cache.get(entry, bounded, now().boot);
    return carry_out(entry, std::move(next), {.wanted = bounded, .done = std::move(done), .by = by});
}

wait_id token_service::renew(cache_entry& entry, token_handler done, const requester& by) {
    if (x_stopped) {
        done(shutting_down());
        return 0;
    }
    if (!entry.life().configured() && !x_shares.has_room(by, entry.id())) {
        done(too_much_at_once());
        return 0;
    }
    if (entry.life().would_renew(now().boot).kind == step_kind::start_fetch)
        if (auto within = charge(entry.identity(), by); !within) {
            done(within.error());
            return 0;
        }
    step next = x_cache.renew(entry, now().boot);
    return carry_out(entry, std::move(next), {.done = std::move(done), .by = by});
}

wait_id token_service::carry_out(cache_entry& entry, step next, waiter fresh) {
    wait_id id = 0;
    switch (next.kind) {
    case step_kind::serve: fresh.done(entry.life().held()); return 0;
    case step_kind::refuse: fresh.done(std::move(next.error)); return 0;
    case step_kind::start_fetch:
        id = add_waiter(entry, std::move(fresh));
        start_fetch(entry, next.id);
        break;
    case step_kind::wait:
        if (entry.life().fetch_under_way() != 0) ++x_counts.of(entry.identity()).coalesced;
        id = add_waiter(entry, std::move(fresh));
        break;
    }
    arm();
    return id;
}

wait_id token_service::add_waiter(const cache_entry& entry, waiter fresh) {
    wait_id id = x_next_wait++;
    fresh.entry = entry.id();
    if (entry.life().configured()) fresh.by = {};
    x_shares.take(fresh.by, entry.id());
    const instant until = now().boot + fresh.wanted.max_wait;
    const requester by = fresh.by;
    try {
        x_callers.add(id, waits_for::fetch, until, std::move(fresh));
    } catch (...) {
        x_shares.give_back(by, entry.id());
        throw;
    }
    return id;
}

token_service::token_handler token_service::take_waiter(wait_id id) noexcept {
    const auto* found = x_callers.find(id);
    if (found == nullptr) return {};
    const bool for_fetch = found->what == waits_for::fetch;
    waiter gone = x_callers.remove(id);
    if (for_fetch) {
        x_shares.give_back(gone.by, gone.entry);
        cache_entry* entry = x_cache.find(gone.entry);
        if (entry != nullptr && x_callers.of(gone.entry, waits_for::fetch).empty())
            x_cache.abandoned(*entry, now().boot);
    }
    return std::move(gone.done);
}

void token_service::cancel(wait_id id) noexcept {
    take_waiter(id);
    x_refusal_waiters.erase(id);
    if (auto known = x_unkept.find(id); known != x_unkept.end())
        known->second.done = {}; // others may rest on it still
    x_passcode_waiters.erase(id);
}

// Taken out of their queue before the first is called: a handler may ask again at once, and belongs to those
// who wait for what comes next then.
void token_service::tell_soon(std::uint64_t entry, waits_for what, answer_function answer) {
    if (x_callers.of(entry, what).empty()) return;
    x_tellings.push_back({x_callers.take_all(entry, what), what, std::move(answer)});
}

// Calls handlers, which may call back. Nothing is held across a call but what nobody else changes: the front
// of a queue to which others are only added. A call from within a handler leaves the rest to the one that is
// under way.
void token_service::tell() {
    if (x_is_telling) return;
    struct flag {
        bool& of;
        explicit flag(bool& raised) : of(raised) { of = true; }
        ~flag() { of = false; }
    } const raised(x_is_telling);
    while (!x_tellings.empty() || !x_refusals_to_tell.empty()) {
        if (!x_tellings.empty()) {
            telling& first = x_tellings.front();
            auto next = first.who.next();
            if (!next) {
                x_tellings.pop_front();
                continue;
            }
            if (first.what == waits_for::fetch) x_shares.give_back(next->by, next->entry);
            next->done(first.answer(*next));
            continue;
        }
        auto waits = x_refusal_waiters.extract(x_refusals_to_tell.front());
        x_refusals_to_tell.pop_front();
        if (waits.empty()) continue; // cancelled
        refusal_waiter& one = waits.mapped();
        answer_when_kept(waits.key(), std::move(*one.outcome), std::move(one.done));
    }
}

void token_service::drop_waiters(std::uint64_t entry, const problem& why) {
    const auto answer = [why](const waiter&) { return result<token_ptr>(why); };
    tell_soon(entry, waits_for::fetch, answer);
    tell_soon(entry, waits_for::change, answer);
}

// Each is judged when its turn comes: one before it may have had the token refused.
void token_service::wake_with_token(cache_entry& entry) {
    auto served = [this, id = entry.id(), held = entry.life().held()](const waiter& w) -> result<token_ptr> {
        const cache_entry* now_is = x_cache.find(id);
        if (now_is == nullptr || now_is->life().held() != held)
            return problem{errc::iam_unavailable, "the new token was dropped as it came; ask again", 1s};
        step next = now_is->life().after_fetch(w.wanted, now().boot);
        if (next.kind == step_kind::serve) return held;
        return std::move(next.error);
    };
    tell_soon(entry.id(), waits_for::fetch, served);
    tell_soon(entry.id(), waits_for::change, served);
}

void token_service::wake_with_failure(cache_entry& entry) {
    instant at = now().boot;
    problem why = *entry.life().status(at).last_error;
    instant next = entry.life().held_back_until().value_or(never);
    if (next != never) why.retry_after = std::max(std::chrono::ceil<std::chrono::seconds>(next - at), 1s);
    for (wait_id id : those_without_hope(entry, next))
        if (token_handler done = take_waiter(id)) done(why); // the entry may be gone from here on
}

// The most that any of them wants and the longest that one waits; each is judged by his own word in the end.
get_request token_service::wish_of_waiters(const cache_entry& entry) const {
    get_request most{.max_wait = 0s};
    instant at = now().boot;
    for (const auto& w : x_callers.of(entry.id(), waits_for::fetch)) {
        most.min_ttl = std::max(most.min_ttl, w.caller.wanted.min_ttl);
        most.max_wait = std::max(most.max_wait, whole_seconds(w.until - at));
    }
    return most;
}

void token_service::restart_for_waiters(cache_entry& entry) {
    if (x_callers.of(entry.id(), waits_for::fetch).empty()) return;
    const get_request any{.max_wait = wish_of_waiters(entry).max_wait};
    step next = x_cache.get(entry, any, now().boot);
    if (next.kind == step_kind::start_fetch) start_fetch(entry, next.id);
    if (next.kind == step_kind::refuse) drop_waiters(entry.id(), next.error);
}

void token_service::restart_for_waiters(const identity_config& identity) {
    for (std::uint64_t id : x_cache.ids_of(identity.name)) {
        cache_entry* entry = x_cache.find(id);
        if (entry->life().held() == nullptr)
            x_cache.validate_every(*entry, identity.validate_every, now().boot);
        restart_for_waiters(*entry);
    }
}

void token_service::time_out_waiters(instant now) {
    const wait_id newest = x_next_wait; // who asks again, and has no patience, is not answered in this round
    for (const auto* first = x_callers.most_impatient();
         first != nullptr && first->until <= now && first->id < newest; first = x_callers.most_impatient()) {
        if (first->what == waits_for::change) {
            end_watch(first->id, now);
            continue;
        }
        token_handler done = take_waiter(first->id);
        problem late{errc::timeout, "the IAM gave no token in time (max_wait, or the wait of Prefer)"};
        late.retry_after = 1s;
        done(std::move(late));
    }
}

} // namespace tokenward
