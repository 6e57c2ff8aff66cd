// What came of asking the IAM: the words between the source, the service and the cache.
#pragma once

#include "common/error.hpp"
#include "daemon/core/credential.hpp"

#include <variant>

namespace tokenward {

/// When a failed fetch may be tried again.
enum class retry_rule {
    back_off, ///< 1 s doubling to 5 min, or as `retry_after` says: the IAM is away or busy
    remember, ///< not soon: the answer would be the same (60 s, see remembered_for)
    rearm,    ///< not before the secret changes or a person logs in (token_cache::rearm)
};

struct fetch_failure {
    problem error;
    retry_rule retry = retry_rule::back_off;
    unsigned upstream_status = 0; ///< the IAM's HTTP status; 0 = it gave none
    bool paced = false;    ///< with back_off: the source paces its logins itself, so the pause does not grow
    bool withheld = false; ///< no login was sent
};

/// A new credential, or why there is none; with the IAM's clock, if it said what time it is.
struct fetch_result {
    std::variant<std::shared_ptr<credential>, fetch_failure> outcome;
    std::optional<wall_time> iam_date = {};
};

enum class validity { alive, dead, unknown };

struct validation {
    validity verdict = validity::unknown;
    std::optional<wall_time> iam_date = {};
};

} // namespace tokenward
