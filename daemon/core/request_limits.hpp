// Limits the IAM requests that callers cause beyond normal renewals. Pure: time is an argument.
#pragma once

#include "common/error.hpp"
#include "common/time.hpp"
#include "daemon/core/config.hpp"
#include "daemon/core/work_shares.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tokenward {

/// Fills up at a steady rate to a burst, from which requests are taken one by one. All that it holds is when
/// it will be full, so that a full one need not be remembered.
class token_bucket {
  public:
    struct size {
        duration interval; ///< in which one comes back; > 0
        std::size_t burst; ///< ≥ 1
    };

    /// Until one can be taken; 0 = at once.
    duration wait(const size& of, instant now) const noexcept;
    /// Takes one. REQUIRES: wait() is 0.
    void take(const size& of, instant now) noexcept;
    bool is_full(instant now) const noexcept { return x_full_at <= now; }

  private:
    instant x_full_at = instant::min();
};

/// Two bounds for each request: of the user, over all identities; and of the identity, over all its users, at
/// twice that. Root and the daemon's own user have no bound of the first kind, and one of the second kind for
/// themselves: nobody can use it up for them. Not thread-safe.
class request_limits {
  public:
    /// Users with a bucket of their own. Any more share one bucket.
    static constexpr std::size_t most_users = 4096;

    /// The bounds, and the identities that there are: others are forgotten. If the bounds differ, all buckets
    /// are full again.
    void configure(const limits_config& limits, const std::vector<identity_config>& identities);

    /// Whether `by` may cause a request now. Errors: too_many_requests, with retry_after. Without a uid:
    /// always. `now` never goes back.
    result<void> check(const requester& by, std::string_view identity, instant now);
    /// The same, and counts that request if it may be.
    result<void> take(const requester& by, std::string_view identity, instant now);

    /// Whether a reported token may be validated although the caller who reported it is over its limit;
    /// counts that validation if so. `tokens` of the identity are held (≥ 1), and this one was last validated
    /// at `last`. Each token has its turn once a minute. If so many are held that this would exceed
    /// `new_scopes_per_minute`, the interval is as long as that rate needs for all of them.
    /// So nobody can use up the validations of other tokens, and a dead token is found in the end.
    bool take_validation(std::string_view identity, std::size_t tokens, instant last, instant now);

    std::size_t users() const noexcept { return x_users.size(); }

  private:
    struct identity_buckets {
        token_bucket all{};
        token_bucket privileged{};
        token_bucket beyond_limits{}; // of take_validation()
    };

    /// Those that the request is to be taken from.
    struct bucket_pair {
        token_bucket* own; // null: no bound of this kind
        token_bucket* all;
    };
    bucket_pair find(const requester& by, std::string_view identity, instant now);
    token_bucket& of_user(unsigned uid, instant now);

    limits_config x_limits{};
    std::unordered_map<unsigned, token_bucket> x_users; // by uid
    token_bucket x_other_users;
    std::map<std::string, identity_buckets, std::less<>> x_identities;
};

} // namespace tokenward
