// When to renew and when to retry. Pure functions; the jitter in [0, 1) is drawn once per token or per
// failure.
#pragma once

#include "common/time.hpp"
#include "daemon/core/fetch_result.hpp"

namespace tokenward {

/// Less than this left counts as expired: a token must last until the service has it.
constexpr duration expiry_margin = std::chrono::seconds(1);

/// The age at which a token is renewed: 2/3 of its life, plus up to 1/16 of it so that the machines of a
/// fleet that started together don't renew together. At least a quarter of the life is then left.
duration renewal_age(duration lifetime, double jitter) noexcept;

/// The pause after the `failures`-th failure in a row (from 1): 1 s doubling to 5 min, the last fifth of it
/// jitter.
duration back_off(unsigned failures, double jitter) noexcept;

/// The pause after an answer that will be the same for a while, with jitter on top: 60 s doubling to 5 min,
/// but always 60 s for a scope that is not there, which somebody may be creating.
duration remembered_for(errc code, unsigned failures, double jitter) noexcept;

/// The pause after a failure whose source paces its logins itself: 2 s, the last fifth of it jitter.
duration paced(double jitter) noexcept;

/// When to try again after a failure. `never` for retry_rule::rearm. While a token is held (`expires` is not
/// `never`), there is always one more try shortly before its end.
instant next_try(instant now, const fetch_failure& failure, unsigned failures, double jitter,
                 instant expires) noexcept;

} // namespace tokenward
