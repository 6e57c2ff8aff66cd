// What the service counts and what it tells of itself: a part of token_service.
#include "daemon/service/token_service.hpp"

#include <algorithm>

namespace tokenward {

// What was cancelled says nothing of the IAM; but a token that came all the same was a login.
void token_service::count_fetch(const std::string& identity, const running_fetch& ended,
                                const fetch_result& result) {
    const login_outcome how = outcome_of(result);
    if (x_stopped || (ended.cancelled && how != login_outcome::granted)) return;
    x_counts.of(identity).logins.add(how);
    if (how != login_outcome::withheld) x_counts.fetch_latency.observe(now().boot - ended.since);
}

void token_service::count_word(std::string_view identity, refusal_kind kind) noexcept {
    auto& words = x_counts.of(identity).invalidations;
    switch (kind) {
    case refusal_kind::invalidated: return words.add(word_outcome::invalidated);
    case refusal_kind::damped: return words.add(word_outcome::damped);
    default: return words.add(word_outcome::already_replaced);
    }
}

// A validation settles the word of all who wait for it. That it was made for nobody's word counts if the
// token is dead.
void token_service::count_answered(std::string_view identity, ticket question, refusal_kind kind) noexcept {
    std::size_t asked = 0;
    for (const auto& [id, waits] : x_refusal_waiters)
        asked += waits.question == question && !waits.outcome ? 1U : 0U;
    if (asked == 0 && kind == refusal_kind::invalidated) asked = 1;
    for (; asked != 0; --asked) count_word(identity, kind);
}

std::vector<token_service::row> token_service::status(std::string_view identity) const {
    std::vector<row> rows;
    instant at = now().boot;
    for (const cache_entry* entry : x_cache.of(identity)) rows.push_back({entry, entry->life().status(at)});
    std::sort(rows.begin(), rows.end(),
              [](const row& a, const row& b) { return a.entry->id() < b.entry->id(); });
    return rows;
}

token_service::queue_lengths token_service::queues() const noexcept {
    return {.waiting = x_callers.count(waits_for::fetch), .watching = x_callers.count(waits_for::change)};
}

login_standing token_service::standing(std::string_view identity) const {
    auto source = x_sources.find(identity);
    return source == x_sources.end() ? login_standing{} : source->second->standing();
}

} // namespace tokenward
