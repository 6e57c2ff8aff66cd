// What callers ask of the service: judged by what it may cost, decided by the cache, and carried out.
#include "daemon/service/token_service.hpp"

#include "daemon/base/log.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tokenward {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds longest_wait = 24h;

problem too_much_at_once() {
    return {errc::too_many_requests,
            "this user already has the maximum of on-demand scopes being fetched: wait for one of them", 1s};
}

std::optional<std::string> fingerprint_of(const credential_ptr& held) {
    return held ? std::optional(held->fingerprint) : std::nullopt;
}

used_scope describe_use(const cache_entry& entry, instant now) noexcept {
    const key_status is = entry.life().status(now);
    return {entry.id(), {entry.life().held(), is.expires}, is.held != nullptr};
}

// Where nothing outlives a restart, nothing has to be waited for.
struct keeper_of_nothing final : keeper {
    void changed() override {}
    void keep_now(std::function<void()> kept) override { kept(); }
};

keeper& keeper_or_nothing(keeper* keep) {
    static keeper_of_nothing nothing;
    return keep != nullptr ? *keep : nothing;
}

} // namespace

token_service::token_service(parts p)
    : x_keep(keeper_or_nothing(p.keep)),
      x_runner({std::move(p.executor), p.time, std::move(p.jitter), std::move(p.make_source), x_keep}) {}

const identity_config* token_service::identity(std::string_view name) const noexcept {
    auto found = std::find_if(x_config.identities.begin(), x_config.identities.end(),
                              [&](const identity_config& i) { return i.name == name; });
    return found == x_config.identities.end() ? nullptr : &*found;
}

std::optional<used_scope> token_service::find(std::string_view identity, std::string_view scope_text,
                                              instant now) noexcept {
    const cache_entry* entry = x_runner.cache.find({identity, scope_text});
    return entry != nullptr ? std::optional(describe_use(*entry, now)) : std::nullopt;
}

credential_ptr token_service::held(std::string_view identity, std::string_view scope_text) noexcept {
    const cache_entry* entry = x_runner.cache.find({identity, scope_text});
    return entry != nullptr ? entry->life().held() : nullptr;
}

void token_service::used(entry_id scope, instant now) noexcept {
    if (cache_entry* entry = x_runner.cache.find(scope)) (void)x_runner.cache.serveable(*entry, now);
}

result<used_scope> token_service::open(const identity_config& identity, const resolved_scope& wanted,
                                       const requester& by) {
    const instant at = now().boot;
    // What can't be fetched takes no place from what is held.
    if (!wanted.configured && x_runner.cache.find({identity.name, wanted.name}) == nullptr &&
        !x_runner.cache.remembers(identity.name, wanted.target, at))
        if (auto within = x_runner.limits.check(identity.name, by, at); !within) return within.error();
    auto entry = open_untold(identity, wanted, by, at);
    if (!entry) return entry.error();
    const entry_id id = (*entry)->id();
    x_runner.tell();
    // A handler called by tell() may have opened another scope and evicted this entry.
    if (const cache_entry* still = x_runner.cache.find(id)) return describe_use(*still, at);
    return problem{errc::too_many_requests, "the scope was evicted at once; ask again", 1s};
}

// As open(), but those who wait for an evicted scope are told later.
result<cache_entry*> token_service::open_untold(const identity_config& identity, const resolved_scope& wanted,
                                                const requester& by, instant now) {
    token_cache& cache = x_runner.cache;
    std::vector<entry_id> evicted;
    auto entry = cache.open({identity.name, wanted.name}, wanted.target, wanted.configured,
                            identity.max_scopes, now, evicted, by.privileged ? std::nullopt : by.uid);
    if (entry && (*entry)->life().held() == nullptr)
        cache.validate_every(**entry, identity.validate_every, now);
    for (entry_id id : evicted)
        x_runner.entry_gone(
            id, {errc::iam_unavailable, "the scope was evicted to make room for another; ask again"});
    return entry;
}

// Whether a caller may have a get carried out; what that costs is charged. A scope that is configured, held
// or already being fetched for the caller does not count against its share. A configured scope without a
// token is fetched anyway, so that this is not charged.
result<void> token_service::admit(const cache_entry& entry, const get_request& wanted, const requester& by) {
    const instant at = now().boot;
    const lifecycle& life = entry.life();
    const key_status has = life.status(at);
    const bool is_held = has.held != nullptr && has.expires - at >= wanted.min_ttl;
    if (!life.configured() && !is_held && !x_runner.waiting.shares().has_room(by, entry.id()))
        return too_much_at_once();
    if (life.would_get(wanted, at).kind != step_kind::start_fetch) return {};
    if (life.configured() && has.held == nullptr) return {};
    return x_runner.limits.charge(entry.identity(), by, at);
}

result<cache_entry*> token_service::in_use(entry_id scope) noexcept {
    if (x_runner.stopped()) return shutting_down();
    if (cache_entry* entry = x_runner.cache.find(scope)) return entry;
    return problem{errc::iam_unavailable, "the scope is no longer in use; ask again", 1s};
}

wait_id token_service::get(entry_id scope, const get_request& wanted, token_handler done,
                           const requester& by) {
    get_request bounded = wanted;
    bounded.max_wait = std::min(wanted.max_wait, longest_wait);
    auto entry = in_use(scope);
    const result<void> may = entry ? admit(**entry, bounded, by) : entry.error();
    if (!may) {
        done(may.error());
        return 0;
    }
    step next = x_runner.cache.get(**entry, bounded, now().boot);
    return x_runner.carry_out(**entry, std::move(next),
                              {.wanted = bounded, .done = std::move(done), .by = by});
}

wait_id token_service::watch(entry_id scope, std::chrono::seconds wait, token_handler done,
                             const requester& by) {
    const instant at = now().boot;
    const get_request wanted{.max_wait = wait};
    auto entry = in_use(scope);
    const bool is_held = entry && x_runner.cache.serveable(**entry, at) != nullptr;
    result<void> may;
    if (!entry)
        may = entry.error();
    else if (!is_held)
        may = admit(**entry, wanted, by);
    if (!may) {
        done(may.error());
        return 0;
    }
    waiting_caller caller{.wanted = wanted, .done = std::move(done), .by = by, .watches_until = at + wait};
    if (is_held) return x_runner.watch_held(**entry, std::move(caller));
    step next = x_runner.cache.get(**entry, wanted, at);
    return x_runner.carry_out(**entry, std::move(next), std::move(caller));
}

wait_id token_service::renew(entry_id scope, token_handler done, const requester& by) {
    const instant at = now().boot;
    auto entry = in_use(scope);
    result<void> may;
    if (!entry)
        may = entry.error();
    else if (!(*entry)->life().configured() && !x_runner.waiting.shares().has_room(by, scope))
        may = too_much_at_once();
    else if ((*entry)->life().would_renew(at).kind == step_kind::start_fetch)
        may = x_runner.limits.charge((*entry)->identity(), by, at);
    if (!may) {
        done(may.error());
        return 0;
    }
    step next = x_runner.cache.renew(**entry, at);
    return x_runner.carry_out(**entry, std::move(next), {.done = std::move(done), .by = by});
}

wait_id token_service::report(entry_id scope, std::string_view fingerprint, refusal_handler done,
                              const requester& by) {
    if (x_runner.stopped()) {
        done({.kind = report_result::damped, .retry_after = 1s});
        return 0;
    }
    cache_entry* found = x_runner.cache.find(scope);
    if (found == nullptr) {
        done({.kind = report_result::nothing_held});
        return 0;
    }
    cache_entry& entry = *found;
    const instant at = now().boot;
    const callers& waiting = x_runner.waiting;
    const bool awaited = entry.life().configured() || waiting.await_fetch(entry.id()) ||
                         !waiting.of(entry.id(), waits_for::change).empty();
    const report_result meant = entry.life().would_report(fingerprint, at);
    refusal_charge charged =
        x_runner.limits.charge_refusal(entry, meant, awaited, x_runner.cache.of(entry.identity()), by, at);
    if (!charged.may) {
        count_report(counts().of(entry.identity()), report_result::damped);
        done({.kind = report_result::damped,
              .current = fingerprint_of(entry.life().held()),
              .retry_after = charged.over_limit->retry_after.value_or(1s),
              .over_limit = std::move(charged.over_limit)});
        return 0;
    }
    if (meant != report_result::invalidated) charged.over_limit.reset(); // the limit had no effect here
    return x_runner.report(entry, fingerprint, *charged.may,
                           {.done = std::move(done), .over_limit = std::move(charged.over_limit)});
}

// A wrong one is a refused login, of which the lockout guard lets the IAM see 4 in 15 minutes.
wait_id token_service::give_passcode(std::string_view identity, secret passcode, passcode_handler done,
                                     const requester& by) {
    const result<void> may =
        x_runner.stopped() ? result<void>(shutting_down()) : x_runner.limits.charge(identity, by, now().boot);
    if (!may) {
        done(may.error());
        return 0;
    }
    return x_runner.give_passcode(identity, std::move(passcode), std::move(done));
}

std::vector<scope_status> token_service::status(std::string_view identity) const {
    const std::list<cache_entry*>& all = x_runner.cache.of(identity);
    std::vector<const cache_entry*> entries(all.begin(), all.end());
    std::sort(entries.begin(), entries.end(),
              [](const cache_entry* a, const cache_entry* b) { return a->id() < b->id(); });
    std::vector<scope_status> rows;
    for (const cache_entry* entry : entries) {
        const lifecycle& life = entry->life();
        const key_status is = life.status(now().boot);
        rows.push_back({.scope = {entry->scope_name(), entry->target(), life.configured()},
                        .state = is.state,
                        .held = is.held != nullptr ? life.held() : nullptr,
                        .expires = is.expires,
                        .renews = is.renews,
                        .next_try = is.next_try,
                        .last_error = is.last_error != nullptr ? std::optional(*is.last_error) : std::nullopt,
                        .failed_at = is.failed_at});
    }
    return rows;
}

token_service::queue_lengths token_service::queues() const noexcept {
    return {.waiting = x_runner.waiting.count(waits_for::fetch),
            .watching = x_runner.waiting.count(waits_for::change)};
}

login_standing token_service::standing(std::string_view identity) const {
    auto source = x_runner.upstream.find(identity);
    return source == nullptr ? login_standing{} : source->standing();
}

} // namespace tokenward
