// Keystone's requests as one identity makes them, and the IAM's clock as their answers show it.
#pragma once

#include "daemon/base/clock.hpp"
#include "daemon/core/config.hpp"
#include "daemon/core/iam_clock.hpp"
#include "daemon/core/login_step.hpp"
#include "daemon/iam/keystone_codec.hpp"
#include "daemon/iam/net/https_client.hpp"
#include "daemon/iam/net/url.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>

namespace tokenward::iam {

/// From one thread. Decides nothing: what an answer means for the next request is the source's business.
/// Cancellation of all requests: terminal. What pointers name must live until the answer is there.
class keystone_client {
  public:
    /// `identity` and `time` must outlive this object. REQUIRES: its auth_url is good.
    keystone_client(boost::asio::any_io_executor executor, const identity_config& identity,
                    const clock& time);

    /// The user that the logins are for.
    const login_user& user() const noexcept { return x_user; }

    /// POST /v3/auth/tokens. With a `receipt` (may be null), continues the login that returned it. `written`
    /// (may be null) is set as soon as the IAM may have the whole request, also if this is cancelled later.
    boost::asio::awaitable<login_answer> log_in(login_proof proof, scope target, const secret* receipt,
                                                bool* written = nullptr);
    /// GET /v3, without secrets: whether the IAM answers at all, and no gateway in its place.
    boost::asio::awaitable<probe_answer> probe();
    /// HEAD /v3, likewise: any answer may show the IAM's clock.
    boost::asio::awaitable<probe_answer> ask_time();
    /// GET /v3/auth/tokens: what a token that was given to us is.
    boost::asio::awaitable<login_answer> describe(const secret* given);
    /// Whether a token lives: HEAD /v3/auth/tokens, and where that says too little, GET; where even that
    /// proves nothing, GET /v3/auth/projects.
    boost::asio::awaitable<validation> judge(const secret* shown);

    /// The IAM's clock at `at`, as far as it is known, and up to a second behind; else ours.
    wall_time iam_time(const moment& at) const noexcept { return x_clock.time(at); }

    /// See iam_clock.
    const std::optional<duration>& clock_offset() const noexcept { return x_clock.offset(); }
    void restore_clock_offset(duration offset) noexcept { x_clock.restore(offset, x_time.now()); }

  private:
    http_request ask_with(const secret& shown, const char* method, std::string target) const;
    login_facts facts(const std::string& scope_text, const scope* target, const moment& asked,
                      const login_proof& proof) const;
    void mistrust(const login_answer& answer) noexcept;
    login_answer away(const http_failure& why, const std::string& scope_text) const;
    void observe(http_answer& answer);

    const identity_config& x_identity;
    const clock& x_time;
    iam_url x_url;
    login_user x_user;
    boost::asio::any_io_executor x_executor;
    https_client x_http;
    std::unique_ptr<https_client> x_prober{}; // with less patience; while the IAM is silent
    iam_clock x_clock;
    bool x_doubts_said = false;
};

} // namespace tokenward::iam
