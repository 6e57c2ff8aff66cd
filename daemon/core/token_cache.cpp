// Opens, evicts and forgets entries, and keeps the order of their deadlines.
#include "daemon/core/token_cache.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace tokenward {
namespace {

// So that the next push_back can't fail.
template <class T>
void reserve_one(std::vector<T>& all) {
    if (all.size() == all.capacity()) all.reserve(std::max<std::size_t>(16, 2 * all.size()));
}

} // namespace

std::size_t token_cache::hash::operator()(key_view k) const noexcept {
    std::hash<std::string_view> h;
    std::size_t seed = h(k.identity);
    return seed ^ (h(k.scope) + 0x9e3779b97f4a7c15ULL + (seed << 6) + (seed >> 2));
}

cache_entry* token_cache::find(key_view key) noexcept {
    auto found = x_entries.find(key);
    return found == x_entries.end() ? nullptr : found->second.get();
}

cache_entry* token_cache::find(entry_id id) noexcept {
    auto found = x_by_id.find(id);
    return found == x_by_id.end() ? nullptr : found->second;
}

cache_entry* token_cache::entry_of(ticket id) noexcept {
    auto found = x_tickets.find(id);
    return found == x_tickets.end() ? nullptr : found->second;
}

result<cache_entry*> token_cache::open(key_view key, const scope& target, bool configured, std::size_t limit,
                                       instant now, std::vector<entry_id>& evicted,
                                       std::optional<unsigned> opener) {
    if (cache_entry* known = find(key)) {
        touch(*known);
        return known;
    }
    const std::list<cache_entry*>& others = of(key.identity);
    if (!configured && others.size() >= limit && !evict_one(others, limit, now, evicted, opener))
        return problem{errc::too_many_requests,
                       "identity " + std::string(key.identity) +
                           " holds as many scopes as its `max_scopes` of " + std::to_string(limit) +
                           " lets it, and all are in use: ask for fewer at a time, or "
                           "raise it"};
    // After evict_one(): an identity's list is removed with its last entry.
    auto used = x_lru_by_identity.find(key.identity);
    if (used == x_lru_by_identity.end())
        used = x_lru_by_identity.emplace(std::string(key.identity), std::list<cache_entry*>{}).first;
    auto made = std::make_unique<cache_entry>(x_next_id++, key, target, configured, now, opener);
    cache_entry* entry = made.get();
    if (auto answer = x_refused.take(key.identity, target, now); answer && !configured)
        entry->x_lifecycle.recall(std::move(*answer));
    x_entries.emplace(entry->key(), std::move(made));
    try {
        entry->x_lru_position = used->second.insert(used->second.end(), entry);
        entry->x_lru_list = &used->second;
        x_by_id.emplace(entry->id(), entry);
    } catch (...) { // std::bad_alloc: as if it had never been
        if (entry->x_lru_list != nullptr) entry->x_lru_list->erase(entry->x_lru_position);
        x_entries.erase(x_entries.find(entry->key()));
        throw;
    }
    reschedule(*entry, now);
    return entry;
}

// Evicts the least recently used entry that may go:
// 1. of the opener's own, if it has made half of all;
// 2. else of another uid's that has made half of all;
// 3. else of all.
// `used` is destroyed if that was its only entry.
bool token_cache::evict_one(const std::list<cache_entry*>& used, std::size_t limit, instant now,
                            std::vector<entry_id>& evicted, std::optional<unsigned> opener) {
    std::map<unsigned, std::size_t> made;
    for (const cache_entry* entry : used)
        if (entry->x_opener) ++made[*entry->x_opener];
    auto has_share = [&](std::optional<unsigned> uid) {
        return uid && made[*uid] >= std::max<std::size_t>(limit / 2, 1);
    };
    const bool own_only = has_share(opener);
    cache_entry* oldest = nullptr;
    for (cache_entry* entry : used) {
        if (!entry->x_lifecycle.evictable(now) || (own_only && entry->x_opener != opener)) continue;
        if (oldest == nullptr) oldest = entry;
        if (!has_share(entry->x_opener)) continue;
        oldest = entry;
        break;
    }
    if (oldest == nullptr) return false;
    evicted.push_back(oldest->id());
    if (auto answer = oldest->x_lifecycle.remembered(now))
        x_refused.remember(oldest->identity(), oldest->target(), std::move(*answer), now);
    forget(*oldest);
    return true;
}

void token_cache::forget(cache_entry& entry) noexcept {
    forget_tickets(entry);
    entry.x_lru_list->erase(entry.x_lru_position);
    x_by_id.erase(entry.x_id);
    if (entry.x_lru_list->empty())
        x_lru_by_identity.erase(x_lru_by_identity.find(std::string_view(entry.x_identity)));
    x_entries.erase(x_entries.find(entry.key()));
}

void token_cache::begin_anew(cache_entry& entry, instant now) noexcept {
    forget_tickets(entry);
    entry.x_lifecycle = lifecycle(entry.x_lifecycle.configured(), now);
    reschedule(entry, now);
}

void token_cache::forget_tickets(const cache_entry& entry) noexcept {
    x_tickets.erase(entry.x_lifecycle.fetch_under_way());
    x_tickets.erase(entry.x_lifecycle.validation_under_way());
}

void token_cache::touch(cache_entry& entry) noexcept {
    entry.x_lru_list->splice(entry.x_lru_list->end(), *entry.x_lru_list, entry.x_lru_position);
}

void token_cache::reschedule(cache_entry& entry, instant now) noexcept {
    instant deadline = entry.x_lifecycle.next_deadline(now);
    if (deadline == entry.x_deadline) return;
    static_cast<deadline_hook&>(entry).unlink();
    entry.x_deadline = deadline;
    if (deadline != never) x_deadlines.insert(entry);
}

// Registers the next ticket before the entry stores it: if this throws, no entry waits for an unknown ticket.
// The caller increments x_next_ticket when the ticket is used.
ticket token_cache::next_ticket_for(cache_entry& entry) {
    x_tickets.insert_or_assign(x_next_ticket, &entry);
    return x_next_ticket;
}

step token_cache::get(cache_entry& entry, const get_request& wanted, instant now) {
    touch(entry);
    step next = entry.x_lifecycle.get(wanted, now, next_ticket_for(entry));
    if (next.kind == step_kind::start_fetch) ++x_next_ticket;
    if (next.kind != step_kind::serve) reschedule(entry, now);
    return next;
}

step token_cache::renew(cache_entry& entry, instant now) {
    touch(entry);
    step next = entry.x_lifecycle.renew(now, next_ticket_for(entry));
    if (next.kind == step_kind::start_fetch) ++x_next_ticket;
    reschedule(entry, now);
    return next;
}

report_step token_cache::report(cache_entry& entry, std::string_view fingerprint, instant now,
                                report_effect may) {
    touch(entry);
    ticket fetch = entry.x_lifecycle.fetch_under_way();
    report_step next = entry.x_lifecycle.report(fingerprint, now, next_ticket_for(entry), may);
    if (next.kind == report_result::validate) ++x_next_ticket;
    if (entry.x_lifecycle.fetch_under_way() != fetch) x_tickets.erase(fetch);
    reschedule(entry, now);
    return next;
}

std::pair<cache_entry*, report_step> token_cache::validated(ticket id, validity verdict, instant now) {
    auto found = x_tickets.find(id);
    if (found == x_tickets.end()) return {nullptr, {.kind = report_result::already_replaced}};
    cache_entry& entry = *found->second;
    x_tickets.erase(found);
    ticket fetch = entry.x_lifecycle.fetch_under_way();
    report_step next = entry.x_lifecycle.validated(id, verdict, now);
    if (entry.x_lifecycle.fetch_under_way() != fetch) x_tickets.erase(fetch);
    reschedule(entry, now);
    return {&entry, next};
}

token_cache::fetch_end token_cache::fetched(ticket id, fetch_result result, instant now, double jitter) {
    auto found = x_tickets.find(id);
    if (found == x_tickets.end()) return {nullptr, lifecycle::fetch_outcome::dropped};
    cache_entry& entry = *found->second;
    x_tickets.erase(found);
    const ticket validation = entry.x_lifecycle.validation_under_way();
    auto outcome = entry.x_lifecycle.fetched(id, std::move(result), now, jitter);
    // A new token ends the validation of the old one. The ticket of that must not outlive the entry.
    if (entry.x_lifecycle.validation_under_way() != validation) x_tickets.erase(validation);
    reschedule(entry, now);
    return {&entry, outcome};
}

token_cache::due_list token_cache::take_due(instant now) {
    due_list due;
    while (!x_deadlines.empty() && x_deadlines.begin()->x_deadline <= now) {
        cache_entry& entry = *x_deadlines.begin();
        reserve_one(due.fetches);
        reserve_one(due.validations);
        switch (entry.x_lifecycle.due(now, next_ticket_for(entry))) {
        case due_kind::retire:
            due.retired.push_back(entry.id());
            forget(entry);
            continue;
        case due_kind::fetch: due.fetches.push_back({&entry, x_next_ticket++}); break;
        case due_kind::validate: due.validations.push_back({&entry, x_next_ticket++}); break;
        case due_kind::nothing: break;
        }
        instant before = entry.x_deadline;
        reschedule(entry, now);
        // A deadline that stayed in the past would be due again at once: it is dropped.
        if (entry.x_deadline == before) {
            static_cast<deadline_hook&>(entry).unlink();
            entry.x_deadline = never;
        }
    }
    return due;
}

void token_cache::restore(cache_entry& entry, kept_life kept, instant now) {
    entry.x_lifecycle.restore(std::move(kept), now);
    reschedule(entry, now);
}

void token_cache::configure(cache_entry& entry, bool configured, instant now) noexcept {
    entry.x_lifecycle.configure(configured);
    reschedule(entry, now);
}

void token_cache::validate_every(cache_entry& entry, duration pause, instant now) noexcept {
    entry.x_lifecycle.validate_every(pause, now);
    reschedule(entry, now);
}

void token_cache::abandoned(cache_entry& entry, instant now) noexcept {
    entry.x_lifecycle.abandoned();
    reschedule(entry, now);
}

void token_cache::rearm(std::string_view identity, instant now) {
    for (cache_entry* entry : of(identity)) {
        entry->x_lifecycle.rearm(now);
        reschedule(*entry, now);
    }
}

void token_cache::clock_jumped(instant now) {
    for (auto& [key, entry] : x_entries) {
        entry->x_lifecycle.clock_jumped(now);
        reschedule(*entry, now);
    }
}

void token_cache::observe_iam_clock(std::string_view identity, wall_time iam_now, instant now) {
    for (cache_entry* entry : of(identity)) {
        entry->x_lifecycle.observe_iam_clock(iam_now, now);
        reschedule(*entry, now);
    }
}

const std::list<cache_entry*>& token_cache::of(std::string_view identity) const noexcept {
    static const std::list<cache_entry*> none;
    auto found = x_lru_by_identity.find(identity);
    return found == x_lru_by_identity.end() ? none : found->second;
}

std::vector<entry_id> token_cache::ids_of(std::string_view identity) const {
    std::vector<entry_id> ids;
    for (const cache_entry* entry : of(identity)) ids.push_back(entry->id());
    return ids;
}

} // namespace tokenward
