// The lockout guard at work: callers wait their turn, counts reach the state file before anything is sent.
#pragma once

#include "common/secret.hpp"
#include "daemon/base/clock.hpp"
#include "daemon/core/guard_store.hpp"
#include "daemon/iam/turn.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <cstddef>
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

    /// What it remembers; it is in the state file, or on its way there.
    const guard_memory& memory() const noexcept { return x_noted; }
    /// Called whenever that has changed.
    void on_change(std::function<void()> changed) { x_changed = std::move(changed); }

    /// One login of a user: whoever holds it is the only one to log in as that user.
    struct turn {
        login_permit permit;
        turnstile::turn mine;
    };
    /// Waits until no other login of the user is under way, then asks the guard. If it advises probe_first,
    /// what came of that goes to probed(), before the turn is given back. If it says go or settle_first, what
    /// follows is sent after written(), so that a crash does not forget that it was, and end() tells how it
    /// ended. `by_person`: somebody is there who answers for the secret.
    boost::asio::awaitable<turn> enter(login_user who, secret_digest digest, bool by_person);
    login_permit probed(const login_user& who, const secret_digest& digest, bool answers, bool by_person);
    void end(const login_user& who, const secret_digest& digest, login_end how);

    /// See lockout_guard.
    void forgive(const login_user& who, const secret_digest& digest);
    /// Returns when the state file has all that was noted before, or can't be written.
    boost::asio::awaitable<void> written();

    /// See lockout_guard.
    bool is_proven(const login_user& who, const secret_digest& digest) const noexcept {
        return x_guard.is_proven(who, digest);
    }
    unsigned refusals(const login_user& who, const secret_digest& digest) const noexcept {
        return x_guard.refusals(who, digest);
    }
    std::size_t recent_attempts(const login_user& who) const {
        return x_guard.recent_attempts(who, x_time.now().boot);
    }
    std::optional<std::int64_t> spent_step(const login_user& who) const noexcept {
        return x_guard.spent_step(who);
    }
    void spend(const login_user& who, std::int64_t totp_step);

    /// What the state file knows a secret by: scrypt with the file's salt, so that it does not help to guess
    /// it. Takes some 50 ms, on a thread of its own. Throws std::runtime_error if OpenSSL fails.
    boost::asio::awaitable<secret_digest> digest(std::shared_ptr<const secret> of);

  private:
    login_permit ask(const login_user& who, const secret_digest& digest, probe_word probe, bool by_person);
    void save();

    boost::asio::any_io_executor x_executor;
    const clock& x_time;
    const guard_store& x_store;
    guard_memory x_noted; // what stands in the file, or will when x_writing is 0
    std::size_t x_writing = 0;
    std::function<void()> x_changed;
    bool x_complained = false;
    std::shared_ptr<const bool> x_alive = std::make_shared<const bool>(true);
    lockout_guard x_guard;
    std::map<login_user, turnstile> x_turns;
    boost::asio::thread_pool x_thread{1}; // writes the file
    boost::asio::thread_pool x_digests{
        1}; // of its own: what is about to be sent waits for the file, not for these
};

} // namespace tokenward::iam
