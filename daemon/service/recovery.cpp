// After a want of memory: what was begun and has no end any more is ended. A part of token_service.
#include "daemon/service/token_service.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace tokenward {

void token_service::recover() {
    if (x_stopped) return;
    std::vector<std::pair<ticket, std::string>> lost;
    std::vector<std::pair<ticket, std::string>> unasked;
    for (const identity_config& identity : x_config.identities)
        for (const cache_entry* entry : x_cache.of(identity.name)) {
            const ticket id = entry->life().fetch_under_way();
            const auto running = x_running.find(id);
            const bool goes_on = running != x_running.end() && !running->second->ended;
            if (id != 0 && !goes_on) lost.emplace_back(id, identity.name);
            const ticket question = entry->life().validation_under_way();
            if (question != 0 && !x_validating.contains(question))
                unasked.emplace_back(question, identity.name);
        }
    for (const auto& [id, whose] : lost)
        end_fetch(id, whose,
                  {.outcome = fetch_failure{{errc::internal, "there was no memory for the login"}}});
    for (const auto& [id, whose] : unasked) end_validation(id, whose, {});
    tell();
    drop_lost_refusals();
    x_timer_at = never;
    tick();
}

// The word of those whose validation has ended, but not with an answer to them: their connections end with
// their handlers. Those who could be told have been.
void token_service::drop_lost_refusals() {
    auto is_lost = [this](const auto& each) {
        return each.second.outcome || !x_validating.contains(each.second.question);
    };
    for (;;) {
        auto lost = std::find_if(x_refusal_waiters.begin(), x_refusal_waiters.end(), is_lost);
        if (lost == x_refusal_waiters.end()) return;
        (void)x_refusal_waiters.extract(lost); // out of the map first: what ends may look there
    }
}

// For who must pass on an exception first.
void token_service::recover_soon() noexcept {
    try {
        boost::asio::post(x_parts.executor, [this, alive = x_alive] {
            if (*alive) recover();
        });
    } catch (...) {
        // The next tick comes to it.
        x_recover_due = true;
        x_timer_at = never;
    }
}

void token_service::recover_if_due() {
    if (std::exchange(x_recover_due, false)) recover();
}

void token_service::validation_not_begun(const cache_entry& entry, ticket id) noexcept {
    try {
        boost::asio::post(x_parts.executor, [this, alive = x_alive, id, identity = entry.identity()] {
            if (*alive) end_validation(id, identity, {});
        });
    } catch (...) {
        recover_soon();
    }
}

} // namespace tokenward
