// What an upstream is to the token service: something that makes tokens, and knows whether one still lives.
#pragma once

#include "common/error.hpp"
#include "common/scope.hpp"
#include "daemon/core/fetch_result.hpp"

#include <boost/asio/awaitable.hpp>

namespace tokenward {

/// One identity's way to its IAM. Used from one thread only. The service keeps it alive while a call is under
/// way (a reload may drop it meanwhile).
class token_source {
  public:
    virtual ~token_source() = default;

    /// Logs in for `target`.
    /// Errors: in the result, never thrown; each says by `retry` when the cache may ask again.
    /// Cancellation: terminal; the result is then a failure that nobody reads.
    virtual boost::asio::awaitable<fetch_result> fetch(scope target) = 0;

    /// Asks the IAM whether `subject` still lives (HEAD /v3/auth/tokens).
    virtual boost::asio::awaitable<validation> validate(token_ptr subject) = 0;

    /// Called about once a second: whether a credential that was refused has changed, so that a login may be
    /// tried.
    virtual bool credential_changed() = 0;
};

} // namespace tokenward
