// After std::bad_alloc: ends what was begun and has no end any more.
#include "daemon/service/cache_runner.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace tokenward {

void cache_runner::recover() {
    if (x_stopped) return;
    std::vector<std::pair<ticket, std::string>> fetches_lost;
    std::vector<std::pair<ticket, std::string>> questions_lost;
    for (const std::string& identity : upstream.identities())
        for (const cache_entry* entry : cache.of(identity)) {
            const ticket fetch = entry->life().fetch_under_way();
            if (fetch != 0 && !x_fetches.is_fetching(fetch)) fetches_lost.emplace_back(fetch, identity);
            const ticket question = entry->life().validation_under_way();
            if (question != 0 && !x_fetches.is_validating(question))
                questions_lost.emplace_back(question, identity);
        }
    for (const auto& [id, whose] : fetches_lost)
        end_fetch(id, whose,
                  {.outcome = fetch_failure{{errc::internal, "there was no memory for the login"}}});
    for (const auto& [id, whose] : questions_lost) end_validation(id, whose, {});
    tell();
    // Reports whose validation was lost are dropped unanswered. Destroying the handler closes the connection.
    reports.drop_lost([this](ticket question) { return x_fetches.is_validating(question); });
    x_timer.forget();
    tick();
}

// Posts recover(), for callers that are about to rethrow.
void cache_runner::recover_soon() noexcept {
    try {
        boost::asio::post(x_needs.executor, [this, alive = x_alive] {
            if (*alive) recover();
        });
    } catch (...) {
        x_recover_due = true; // the next tick comes to it
        x_timer.forget();
    }
}

} // namespace tokenward
