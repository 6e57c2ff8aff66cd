// Computes the times of renewals and retries from a lifetime, a count of failures and a jitter.
#include "daemon/core/renewal.hpp"

#include <algorithm>

namespace tokenward {
namespace {

using namespace std::chrono_literals;
constexpr duration longest_pause = 5min;
constexpr duration last_chance = 2s; // before the end: late enough that only one more try is made

duration doubled(duration first, unsigned failures) noexcept {
    unsigned doublings = std::min(failures - std::min(failures, 1u), 16u);
    return std::min(first * (1 << doublings), longest_pause);
}

duration scaled(duration d, double factor) noexcept {
    return std::chrono::duration_cast<duration>(std::chrono::duration<double, std::nano>(d) * factor);
}

} // namespace

duration renewal_age(duration lifetime, double jitter) noexcept {
    return lifetime * 2 / 3 + scaled(lifetime / 16, jitter);
}

duration back_off(unsigned failures, double jitter) noexcept {
    return scaled(doubled(1s, failures), 0.8 + 0.2 * jitter);
}

duration remembered_for(errc code, unsigned failures, double jitter) noexcept {
    bool no_scope = code == errc::unknown_scope || code == errc::no_such_resource;
    return scaled(doubled(60s, no_scope ? 1 : failures), 1.0 + 0.1 * jitter);
}

duration paced(double jitter) noexcept {
    return scaled(2s, 0.8 + 0.2 * jitter);
}

instant next_try(instant now, const fetch_failure& failure, unsigned failures, double jitter,
                 instant expires) noexcept {
    if (failure.retry == retry_rule::rearm) return never;
    duration pause = failure.retry == retry_rule::remember
                         ? remembered_for(failure.error.code, failures, jitter)
                     : failure.paced ? paced(jitter)
                                     : back_off(failures, jitter);
    if (failure.error.retry_after) pause = std::max(pause, duration(*failure.error.retry_after));
    instant next = now + pause;
    if (expires != never && now < expires && next > expires - last_chance)
        next = std::min(next, std::max(now + 1s, expires - last_chance));
    return next;
}

} // namespace tokenward
