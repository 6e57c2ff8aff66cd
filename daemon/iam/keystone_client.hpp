// Keystone's requests as one identity makes them, and the IAM's clock as their answers show it.
#pragma once

#include "daemon/clock.hpp"
#include "daemon/core/config.hpp"
#include "daemon/core/lockout_guard.hpp"
#include "daemon/iam/https_client.hpp"
#include "daemon/iam/keystone_codec.hpp"
#include "daemon/iam/url.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>

namespace tokenward::iam {

/// From one thread. Decides nothing: what an answer means for the next request is the source's business.
/// Cancellation of all requests: terminal. What pointers name must live until the answer is there.
class keystone_client {
  public:
    /// `identity` and `time` must outlive this object. REQUIRES: its auth_url is good.
    keystone_client(boost::asio::any_io_executor executor, const identity_config& identity,
                    const clock& time);

    /// Whom the IAM knows us as.
    const login_user& user() const noexcept { return x_user; }

    /// POST /v3/auth/tokens. With a `receipt` (may be null) the login goes on that gave it.
    boost::asio::awaitable<login_answer> log_in(login_proof proof, scope target, const secret* receipt);
    /// GET /v3/auth/tokens: what a token that was given to us is.
    boost::asio::awaitable<login_answer> describe(const secret* given);
    /// HEAD /v3/auth/tokens: whether a token lives.
    boost::asio::awaitable<validation> validate(token_ptr subject);
    /// Asks the IAM what time it is, if no answer has said so yet. Costs no login.
    boost::asio::awaitable<void> learn_clock();

    /// The IAM's clock at `at`, as far as it is known, and up to a second behind; else ours.
    wall_time iam_time(const moment& at) const noexcept;

    /// The IAM's wall clock at our boot instant 0, if any answer has told; and one that was learnt before a
    /// restart.
    const std::optional<duration>& clock_offset() const noexcept { return x_clock_offset; }
    void restore_clock_offset(duration offset) noexcept { x_clock_offset = offset; }

  private:
    login_facts facts(const std::string& scope_text, const scope* target, const moment& asked,
                      const login_proof& proof) const;
    void mistrust(const login_answer& answer) noexcept;
    login_answer away(const http_failure& why, const std::string& scope_text) const;
    void observe(const std::optional<wall_time>& date) noexcept;

    const identity_config& x_identity;
    const clock& x_time;
    iam_url x_url;
    login_user x_user;
    https_client x_http;
    std::optional<duration> x_clock_offset; // the IAM's wall clock at our boot instant 0
};

} // namespace tokenward::iam
