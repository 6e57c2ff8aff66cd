// The lockout guard's queues and its file: logins of one user wait for each other, and what the guard
// remembers is written by a thread of its own.
#pragma once

#include "common/secret.hpp"
#include "daemon/base/clock.hpp"
#include "daemon/core/guard_store.hpp"
#include "daemon/iam/turn.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace tokenward::iam {

/// Shared by all identities, since several may be the same user. From one thread.
class login_guard {
  public:
    /// `before`: what memory() was before a restart, for where the state file is lost or can't be written.
    /// `time` and `store` must outlive this object.
    login_guard(boost::asio::any_io_executor executor, const clock& time, const guard_store& store,
                const std::optional<guard_memory>& before = {});

    ~login_guard();
    login_guard(const login_guard&) = delete;
    login_guard& operator=(const login_guard&) = delete;

    /// The memory that is in the state file or is being written to it.
    const guard_memory& memory() const noexcept { return x_noted; }
    /// `changed` is called whenever memory() has changed.
    void on_change(std::function<void()> changed) { x_changed = std::move(changed); }

    /// The counters and the rules on them. After each change, call save().
    lockout_guard& rules() noexcept { return x_guard; }
    /// Waits until no other login of the user is under way. Only the holder of the turn may log in as that
    /// user.
    boost::asio::awaitable<turn_queue::turn> take_turn(login_user who);
    /// Starts to write the counters to the state file, if they have changed.
    void save();
    /// Returns when all earlier calls of save() have been written or have failed.
    boost::asio::awaitable<void> written();

    /// The digest that identifies a secret in the state file: scrypt with the file's salt, so that it does
    /// not help to guess the secret. Takes some 50 ms, on a thread of its own. Throws std::runtime_error if
    /// OpenSSL fails.
    boost::asio::awaitable<secret_digest> digest(std::shared_ptr<const secret> of);

  private:
    boost::asio::any_io_executor x_executor;
    const clock& x_time;
    const guard_store& x_store;
    guard_memory x_noted;              // the file's content, at the latest when x_writing is 0
    std::uint64_t x_saved_changes = 0; // how many changes of x_guard x_noted includes
    std::size_t x_writing = 0;
    std::function<void()> x_changed;
    bool x_complained = false;
    std::shared_ptr<const bool> x_alive = std::make_shared<const bool>(true);
    lockout_guard x_guard;
    std::map<login_user, turn_queue> x_turns;
    boost::asio::thread_pool x_thread{1}; // writes the file
    boost::asio::thread_pool x_digests{
        1}; // of its own: what is about to be sent waits for the file, not for these
};

} // namespace tokenward::iam
