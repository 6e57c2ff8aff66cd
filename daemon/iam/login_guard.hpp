// The lockout guard at work: callers wait their turn, counts reach the state file before anything is sent.
#pragma once

#include "common/secret.hpp"
#include "daemon/clock.hpp"
#include "daemon/core/lockout_guard.hpp"
#include "daemon/guard_file.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <map>
#include <memory>
#include <string>

namespace tokenward::iam {

enum class login_outcome { succeeded, refused, inconclusive };

/// Shared by all identities, since several may be the same user. From one thread.
class login_guard {
  public:
    login_guard(boost::asio::any_io_executor executor, const clock& time, const std::filesystem::path& state_directory);

    /// Waits until no other login of the user is under way, then asks the guard. After go or settle_first, leave() must
    /// follow. Cancellation: terminal; no turn is then held.
    boost::asio::awaitable<login_permit> enter(std::string user, secret_digest digest);
    void leave(const std::string& user, login_outcome outcome);
    /// What the guard would say now, without a turn.
    login_permit would(const std::string& user, secret_digest digest) const;

    /// What the state file knows a secret by: scrypt with the file's salt, so that it does not help to guess it. Takes
    /// some 50 ms, on a thread of its own.
    boost::asio::awaitable<secret_digest> digest(std::shared_ptr<const secret> of);

  private:
    void save();

    boost::asio::any_io_executor x_executor;
    const clock& x_time;
    lockout_guard x_guard;
    guard_file x_file;
    std::map<std::string, login_record> x_saved;
    std::map<std::string, std::unique_ptr<boost::asio::steady_timer>> x_turns; // those who wait, by user
    boost::asio::thread_pool x_thread{1};
};

} // namespace tokenward::iam
