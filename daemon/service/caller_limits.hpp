// What callers may cost the IAM. Renewals are never charged.
#pragma once

#include "daemon/core/request_limits.hpp"
#include "daemon/core/token_cache.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace tokenward {

/// What a caller's report may set going.
struct refusal_charge {
    std::optional<report_effect> may = report_effect::login; ///< none: nothing is to happen
    std::optional<problem> over_limit{};
};

/// Keeps the accounts, and tells the log once in a while when one is overdrawn. One thread.
class caller_limits {
  public:
    void configure(const limits_config& limits, const std::vector<identity_config>& identities) {
        x_limits.configure(limits, identities);
    }

    /// For what a caller brings about. Errors: too_many_requests.
    result<void> charge(std::string_view identity, const requester& by, instant now);
    /// Whether a charge would be met.
    result<void> check(std::string_view identity, const requester& by, instant now);
    /// The same as charge(), but what is charged for happens in any case.
    void charge_anyway(std::string_view identity, const requester& by, instant now) {
        (void)x_limits.take(by, identity, now);
    }
    /// For a report that would come to `kind`. `awaited`: if the token is dropped, it is replaced at once;
    /// `all`: the entries of its identity.
    refusal_charge charge_refusal(const cache_entry& entry, report_result kind, bool awaited,
                                  const std::list<cache_entry*>& all, const requester& by, instant now);

  private:
    result<void> say_if_over(result<void> within, std::string_view identity, const requester& by,
                             instant now);

    request_limits x_limits;
    instant x_told = instant::min(); // when the log last heard of it
};

} // namespace tokenward
