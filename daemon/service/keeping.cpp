// What outlives a restart: given out, taken up again, and kept before anybody relies on it. A part of
// token_service.
#include "daemon/service/token_service.hpp"

#include "daemon/base/log.hpp"

#include <utility>

namespace tokenward {
namespace {

constexpr duration most_unkept_steps = std::chrono::seconds(5);

} // namespace

// Steps of the wall clock that are none of a pause add up until the next start sees them as one.
void token_service::take_wall_offset(duration offset) {
    x_wall_offset = offset;
    if (!x_kept_offset) x_kept_offset = offset;
    const duration step = minus(offset, *x_kept_offset);
    if (step <= most_unkept_steps && step >= -most_unkept_steps) return;
    x_kept_offset = offset;
    keep_soon();
}

kept_state token_service::keep() const {
    kept_state state{.written = now().boot, .wall_offset = x_wall_offset};
    for (const identity_config& identity : x_config.identities) {
        kept_owner of{.identity = identity.name};
        if (auto source = x_sources.find(identity.name); source != x_sources.end()) {
            kept_source memory = source->second->keep();
            memory.of = of;
            state.sources.push_back(std::move(memory));
        }
        for (const cache_entry* entry : x_cache.of(identity.name)) {
            kept_life life = entry->life().keep();
            if (!life.held && life.refused.empty()) continue;
            state.entries.push_back(
                {of, entry->scope_name(), entry->target(), entry->opener(), std::move(life)});
        }
    }
    return state;
}

void token_service::restore(kept_state good) {
    x_wall_offset = x_kept_offset = good.wall_offset;
    x_restored = std::move(good);
}

// Called once: the sources have just been made, and nothing has been fetched yet.
void token_service::take_up() {
    kept_state kept = std::exchange(x_restored, {});
    for (kept_source& memory : kept.sources)
        if (auto source = x_sources.find(memory.of.identity); source != x_sources.end())
            source->second->restore(std::move(memory));
    std::map<std::string, std::size_t> taken;
    for (kept_entry& each : kept.entries) {
        const identity_config* whose = identity(each.of.identity);
        auto meant =
            whose == nullptr ? result<resolved_scope>(problem{}) : resolve_scope(*whose, each.scope_name);
        if (!meant) continue;
        auto entry = open_unseen(*whose, *meant, {.uid = each.opener});
        if (!entry || (*entry)->life().held()) continue;
        x_cache.restore(**entry, std::move(each.life), now().boot);
        if ((*entry)->life().held()) ++taken[each.of.identity];
    }
    for (const auto& [name, count] : taken)
        log::info("tokens_restored", {.identity = name}, "{} {} taken up from before the restart", count,
                  count == 1 ? "token" : "tokens");
}

void token_service::keep_soon() {
    if (x_parts.keep != nullptr) x_parts.keep->changed();
}

// Nobody hears that a token is gone before it is gone for good. That holds for those too who only hear what
// another has brought about a moment ago.
wait_id token_service::answer_when_kept(wait_id id, refusal_outcome outcome, refusal_handler done) {
    const bool gone = outcome.kind == refusal_kind::invalidated;
    const bool may_rest_on_it = outcome.kind != refusal_kind::damped && !x_unkept.empty();
    if (x_parts.keep == nullptr || x_stopped || (!gone && !may_rest_on_it)) {
        done(std::move(outcome));
        return 0;
    }
    x_unkept.emplace(id, unkept{std::move(done), std::move(outcome)});
    if (gone) x_parts.keep->changed();
    x_parts.keep->keep_now([this, alive = x_alive, id] {
        if (!*alive) return;
        if (auto waits = x_unkept.extract(id); !waits.empty() && waits.mapped().done)
            waits.mapped().done(std::move(waits.mapped().outcome));
    });
    return x_unkept.contains(id) ? id : 0;
}

// At the end.
void token_service::answer_unkept() {
    while (!x_unkept.empty()) {
        auto waits = x_unkept.extract(x_unkept.begin());
        if (waits.mapped().done) waits.mapped().done(std::move(waits.mapped().outcome));
    }
}

} // namespace tokenward
