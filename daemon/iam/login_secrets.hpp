// The secrets of one identity: read again for each login, and identified to the lockout guard by a digest.
#pragma once

#include "common/error.hpp"
#include "common/secret.hpp"
#include "daemon/core/config.hpp"
#include "daemon/core/login_step.hpp"
#include "daemon/iam/login_guard.hpp"
#include "daemon/iam/turn.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace tokenward::iam {

/// Reads the secret behind a reference; `key` is what the configuration calls it, for messages.
using secret_reading_function = std::function<result<secret>(const secret_ref& ref, std::string_view key)>;

/// From one thread. Must outlive what it returns an awaitable of.
class login_secrets {
  public:
    login_secrets(const boost::asio::any_io_executor& executor, const auth_config& auth, login_guard& guard,
                  secret_reading_function read)
        : x_auth(auth), x_guard(guard), x_read(std::move(read)), x_making(executor) {}

    /// The secrets, in the order of the file. At least one.
    /// Errors: internal, with what can't be read or is no secret (judge_secret), and why.
    boost::asio::awaitable<secrets_read> read();

    /// Whether the secrets differ from those that read() returned last. False while they can't be read.
    bool changed() const;

  private:
    struct texts {
        secret value;
        secret totp;
    };
    result<texts> read_texts() const;
    bool is_known(const texts& now) const noexcept;
    boost::asio::awaitable<result<void>> make();

    const auth_config& x_auth;
    login_guard& x_guard;
    secret_reading_function x_read;
    texts x_seen;
    std::vector<login_secret> x_known; // made from x_seen, and kept because digests are costly
    turn_queue x_making;
};

} // namespace tokenward::iam
