// What an upstream is to the token service: something that makes tokens, and knows whether one still lives.
#pragma once

#include "common/error.hpp"
#include "common/scope.hpp"
#include "common/secret.hpp"
#include "daemon/core/fetch_result.hpp"
#include "daemon/core/kept_state.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace tokenward {

/// What the lockout guard holds against an identity's user.
struct login_standing {
    unsigned refusals = 0; ///< of the secret that was tried last
    /// Logins of the user in the last 15 minutes that were refused or, with a secret that the IAM has never
    /// accepted, may have been: their answers were lost, or are still to come.
    std::size_t attempts = 0;
};

/// One identity's way to its IAM. Used from one thread only. The service keeps it alive while a call is under
/// way (a reload may drop it meanwhile).
class token_source {
  public:
    virtual ~token_source() = default;

    /// Gets a token for `target`, by a login or from an earlier one; one that lives for `at_least`, if the
    /// IAM grants that at all. Errors: in the result, never thrown; each says by `retry` when the cache may
    /// ask again. Cancellation: terminal; the result is then a failure that nobody reads.
    virtual boost::asio::awaitable<fetch_result> fetch(scope target, duration at_least) = 0;

    /// Asks the IAM whether `subject` still lives (HEAD /v3/auth/tokens).
    virtual boost::asio::awaitable<validation> validate(credential_ptr subject) = 0;

    /// A person's passcode: logs in with it; fetch() then opens scopes from that login.
    /// Errors: bad_request (the identity takes none), credential_rejected, those of a fetch.
    virtual boost::asio::awaitable<result<void>> give_passcode(std::shared_ptr<const secret> passcode) = 0;

    /// Called about once a second: whether a secret that was refused has changed, so that a login may be
    /// tried.
    virtual bool secret_changed() = 0;

    /// What it knows that had better outlive a restart, without `of`; and back, before anything is asked of
    /// it.
    virtual kept_source keep() const { return {}; }
    virtual void restore(kept_source /*before*/) {}

    /// How near the user is to being locked, as far as it is known.
    virtual login_standing standing() const { return {}; }
};

} // namespace tokenward
