// What callers may cost the IAM: a part of token_service.
#include "daemon/service/token_service.hpp"

#include "daemon/base/log.hpp"

#include <algorithm>

namespace tokenward {
namespace {

constexpr duration limit_log_pause = std::chrono::seconds(60);

} // namespace

// For what a caller brings about; what the lives of the tokens ask for is never charged.
result<void> token_service::charge(std::string_view identity, const requester& by) {
    return say_if_over(x_limits.take(by, identity, now().boot), identity, by);
}

// Whether a charge would be met.
result<void> token_service::check_limits(std::string_view identity, const requester& by) {
    return say_if_over(x_limits.check(by, identity, now().boot), identity, by);
}

// The log hears of it once in a while.
result<void> token_service::say_if_over(result<void> within, std::string_view identity, const requester& by) {
    const instant at = now().boot;
    if (within || at - limit_log_pause < x_limit_told) return within;
    x_limit_told = at;
    log::warning("limit_reached", {.identity = identity, .peer_uid = by.uid}, "a caller is answered 429: {}",
                 within.error().detail);
    return within;
}

// A configured scope without a token is fetched anyway.
result<void> token_service::charge_get(const cache_entry& entry, const get_request& wanted,
                                       const requester& by) {
    const instant at = now().boot;
    if (entry.life().would_get(wanted, at).kind != step_kind::start_fetch) return {};
    if (entry.life().configured() && entry.life().status(at).held == nullptr) return {};
    return charge(entry.identity(), by);
}

// What is dropped costs a login if it is to be replaced at once; what is asked about costs that. Beyond the
// limits the IAM is asked still, but seldom: a token that is dead must not be served for as long as some
// caller uses up what there is.
token_service::refusal_charge token_service::charge_refusal(const cache_entry& entry, refusal_kind kind,
                                                            const requester& by) {
    const bool awaited = entry.life().configured() || !x_callers.of(entry.id(), waits_for::fetch).empty() ||
                         !x_callers.of(entry.id(), waits_for::change).empty();
    if (kind != refusal_kind::validate && !(kind == refusal_kind::invalidated && awaited)) return {};
    const instant at = now().boot;
    auto within = x_limits.take(by, entry.identity(), at);
    if (within) return {};
    const auto& all = x_cache.of(entry.identity());
    const auto held = static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [](const cache_entry* each) { return each->life().held() != nullptr; }));
    if (x_limits.take_question(entry.identity(), held, entry.life().last_question(), at))
        return {refusal_right::question, within.error()};
    return {std::nullopt, say_if_over(std::move(within), entry.identity(), by).error()};
}

} // namespace tokenward
