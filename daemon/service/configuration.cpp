// A configuration is taken up, at the start or by a reload: who logs in anew, what is kept and what is
// forgotten. A part of token_service.
#include "daemon/service/token_service.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace tokenward {

// Nobody is told of anything before all is in its new order: who is told may ask at once.
void token_service::configure(config wanted) {
    config before = std::exchange(x_config, std::move(wanted));
    ++x_generation;
    x_counts.configure(x_config.identities);
    x_limits.configure(x_config.limits, x_config.identities);
    const problem gone{errc::iam_unavailable, "the identity is no longer configured"};
    for (const identity_config& old : before.identities) {
        const identity_config* now_is = identity(old.name);
        if (now_is != nullptr && now_is->same_login(old)) continue;
        if (now_is != nullptr)
            begin_anew(old.name);
        else
            forget_all(old.name, gone);
        x_cache.forget_refused(old.name);
        x_sources.erase(old.name);
        x_rejected.erase(old.name);
        x_password_notices.erase(old.name);
    }
    for (const identity_config& i : x_config.identities) {
        if (!x_sources.contains(i.name)) x_sources.emplace(i.name, x_parts.make_source(i));
        update_entries(i);
    }
    end_watches(); // who may no longer have the token is not to be left believing that it may
    take_up();
    for (const identity_config& i : x_config.identities) restart_for_waiters(i);
    keep_soon();
    tick();
}

void token_service::update_entries(const identity_config& identity) {
    const problem gone{errc::unknown_scope, "the scope is no longer configured"};
    instant at = now().boot;
    for (std::uint64_t id : x_cache.ids_of(identity.name)) {
        cache_entry* entry = x_cache.find(id);
        auto meant = resolve_scope(identity, entry->scope_name());
        if (meant && meant->name == entry->scope_name() && meant->target == entry->target())
            x_cache.configure(*entry, meant->configured, at);
        else
            forget(*entry, gone);
    }
    std::vector<std::uint64_t> evicted; // configured entries evict nobody
    for (const named_scope& s : identity.scopes)
        if (auto entry =
                x_cache.open({identity.name, s.name}, s.target, true, identity.max_scopes, at, evicted)) {
            x_cache.configure(**entry, true, at);
            x_cache.validate_every(**entry, identity.validate_every, at);
        }
}

void token_service::forget_all(std::string_view identity, const problem& why) {
    for (std::uint64_t id : x_cache.ids_of(identity)) forget(*x_cache.find(id), why);
}

// The identity logs in otherwise from now on: what it holds is worth nothing, but who waits wants a token
// still.
void token_service::begin_anew(std::string_view identity) {
    for (cache_entry* entry : x_cache.of(identity)) {
        cancel_fetch(entry->life().fetch_under_way());
        x_cache.begin_anew(*entry, now().boot);
        let_watchers_wait(*entry);
        drop_refusals(entry->id());
    }
}

void token_service::forget(cache_entry& entry, const problem& why) {
    std::uint64_t id = entry.id();
    cancel_fetch(entry.life().fetch_under_way());
    x_cache.forget(entry);
    drop_waiters(id, why);
    drop_refusals(id);
}

} // namespace tokenward
