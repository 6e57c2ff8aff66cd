// Charges callers for what they bring about.
#include "daemon/service/caller_limits.hpp"

#include "daemon/base/log.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tokenward {
namespace {

constexpr duration log_pause = std::chrono::seconds(60);

} // namespace

result<void> caller_limits::charge(std::string_view identity, const requester& by, instant now) {
    return say_if_over(x_limits.take(by, identity, now), identity, by, now);
}

result<void> caller_limits::check(std::string_view identity, const requester& by, instant now) {
    return say_if_over(x_limits.check(by, identity, now), identity, by, now);
}

result<void> caller_limits::say_if_over(result<void> within, std::string_view identity, const requester& by,
                                        instant now) {
    if (within || now - log_pause < x_told) return within;
    x_told = now;
    log::warning("limit_reached", {.identity = identity, .peer_uid = by.uid}, "a caller is answered 429: {}",
                 within.error().detail);
    return within;
}

// What is dropped costs a login if it is to be replaced at once; what is asked about costs that. Beyond the
// limits the IAM is asked still, but seldom: a token that is dead must not be served for as long as some
// caller uses up what there is.
refusal_charge caller_limits::charge_refusal(const cache_entry& entry, report_result kind, bool awaited,
                                             const std::list<cache_entry*>& all, const requester& by,
                                             instant now) {
    if (kind != report_result::validate && !(kind == report_result::invalidated && awaited)) return {};
    auto within = x_limits.take(by, entry.identity(), now);
    if (within) return {};
    const auto held = static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [](const cache_entry* each) { return each->life().held() != nullptr; }));
    if (x_limits.take_validation(entry.identity(), held, entry.life().last_validation(), now))
        return {report_effect::validation, within.error()};
    return {std::nullopt, say_if_over(std::move(within), entry.identity(), by, now).error()};
}

} // namespace tokenward
