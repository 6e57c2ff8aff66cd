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
#include <set>
#include <string>

namespace tokenward::iam {

/// Shared by all identities, since several may be the same user. From one thread.
class login_guard {
  public:
    login_guard(boost::asio::any_io_executor executor, const clock& time, const std::string& state_directory);

    /// Waits until no other login of the user is under way, then asks the guard. Unless it says rejected, the
    /// turn is the caller's and what follows is sent: one of accepted, refused and unanswered ends it.
    boost::asio::awaitable<login_permit> enter(login_user who, secret_digest digest);
    void accepted(const login_user& who, const secret_digest& digest);
    void refused(const login_user& who, const secret_digest& digest);
    void unanswered(const login_user& who, const secret_digest& digest);

    /// What the state file knows a secret by: scrypt with the file's salt, so that it does not help to guess
    /// it. Takes some 50 ms, on a thread of its own.
    boost::asio::awaitable<secret_digest> digest(std::shared_ptr<const secret> of);

  private:
    void end_turn(const login_user& who);
    void save();

    boost::asio::any_io_executor x_executor;
    const clock& x_time;
    guard_file x_file;
    guard_memory x_saved; // as it stands in the file
    bool x_complained = false;
    lockout_guard x_guard;
    std::set<login_user> x_busy;
    std::map<login_user, std::unique_ptr<boost::asio::steady_timer>> x_turns; // those who wait
    boost::asio::thread_pool x_thread{1};
};

} // namespace tokenward::iam
