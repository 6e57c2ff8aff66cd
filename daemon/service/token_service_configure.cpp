// A configuration is taken up, at the start or by a reload: who logs in anew, what is kept and what is
// forgotten; and what outlives a restart is given out and taken up again.
#include "daemon/base/log.hpp"
#include "daemon/service/token_service.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tokenward {

// Nobody is told of anything before all is in its new order: who is told may ask at once.
void token_service::configure(config wanted) {
    config before = std::exchange(x_config, std::move(wanted));
    ++x_generation;
    counts().configure(x_config.identities);
    x_runner.limits.configure(x_config.limits, x_config.identities);
    for (const identity_config& old : before.identities) {
        const identity_config* now_is = identity(old.name);
        if (now_is != nullptr && same_login(*now_is, old)) continue;
        if (now_is != nullptr)
            x_runner.begin_anew(old.name);
        else
            for (entry_id id : x_runner.cache.ids_of(old.name))
                forget(*x_runner.cache.find(id),
                       {errc::iam_unavailable, "the identity is no longer configured"});
        x_runner.cache.forget_refused(old.name);
        x_runner.upstream.forget(old.name);
    }
    for (const identity_config& i : x_config.identities) {
        x_runner.upstream.open(i);
        take_up_scopes(i);
    }
    x_runner.waiting
        .end_watches(); // who may no longer have the token is not to be left believing that it may
    take_up_kept();
    for (const identity_config& i : x_config.identities)
        for (entry_id id : x_runner.cache.ids_of(i.name)) {
            cache_entry* entry = x_runner.cache.find(id);
            if (entry->life().held() == nullptr)
                x_runner.cache.validate_every(*entry, i.validate_every, now().boot);
            x_runner.fetch_for_waiting(*entry);
        }
    x_keep.changed();
    tick();
}

// Of the scopes that there are, those that still mean the same stay; and those of the file are made.
void token_service::take_up_scopes(const identity_config& identity) {
    token_cache& cache = x_runner.cache;
    const instant at = now().boot;
    for (entry_id id : cache.ids_of(identity.name)) {
        cache_entry* entry = cache.find(id);
        auto meant = resolve_scope(identity, entry->scope_name());
        if (meant && meant->name == entry->scope_name() && meant->target == entry->target())
            cache.configure(*entry, meant->configured, at);
        else
            forget(*entry, {errc::unknown_scope, "the scope is no longer configured"});
    }
    std::vector<entry_id> evicted; // configured entries evict nobody
    for (const named_scope& s : identity.scopes)
        if (auto entry =
                cache.open({identity.name, s.name}, s.target, true, identity.max_scopes, at, evicted)) {
            cache.configure(**entry, true, at);
            cache.validate_every(**entry, identity.validate_every, at);
        }
}

void token_service::forget(cache_entry& entry, const problem& why) {
    const entry_id id = entry.id();
    x_runner.cancel_fetch(entry);
    x_runner.cache.forget(entry);
    x_runner.entry_gone(id, why);
}

kept_state token_service::keep() const {
    kept_state state{.written = now().boot, .wall_offset = x_runner.clocks.seen()};
    for (const identity_config& identity : x_config.identities) {
        kept_owner of{.identity = identity.name};
        if (auto source = x_runner.upstream.find(identity.name)) {
            kept_source memory = source->keep();
            memory.of = of;
            state.sources.push_back(std::move(memory));
        }
        for (const cache_entry* entry : x_runner.cache.of(identity.name)) {
            kept_life life = entry->life().keep();
            if (!life.held && life.refused.empty()) continue;
            state.entries.push_back(
                {of, entry->scope_name(), entry->target(), entry->opener(), std::move(life)});
        }
    }
    return state;
}

void token_service::restore(kept_state good) {
    x_runner.clocks.restore(good.wall_offset);
    x_restored = std::move(good);
}

// Does something once: the sources have just been made, and nothing has been fetched yet.
void token_service::take_up_kept() {
    kept_state kept = std::exchange(x_restored, {});
    for (kept_source& memory : kept.sources)
        if (auto source = x_runner.upstream.find(memory.of.identity)) source->restore(std::move(memory));
    std::map<std::string, std::size_t> taken;
    for (kept_entry& each : kept.entries) {
        const identity_config* whose = identity(each.of.identity);
        auto meant =
            whose == nullptr ? result<resolved_scope>(problem{}) : resolve_scope(*whose, each.scope_name);
        if (!meant) continue;
        auto entry = open_untold(*whose, *meant, {.uid = each.opener}, now().boot);
        if (!entry || (*entry)->life().held()) continue;
        x_runner.cache.restore(**entry, std::move(each.life), now().boot);
        if ((*entry)->life().held()) ++taken[each.of.identity];
    }
    for (const auto& [name, count] : taken)
        log::info("tokens_restored", {.identity = name}, "{} {} taken up from before the restart", count,
                  count == 1 ? "token" : "tokens");
}

} // namespace tokenward
