// Keeps the daemon's state with the service manager, sealed in memory, and finds it there after a restart.
#pragma once

#include "daemon/core/keeper.hpp"
#include "daemon/kept/found_state.hpp"
#include "systemd/memory_file.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tokenward {

/// Stores one memory file at a time with the manager, under a name with a number that counts up. The old one
/// is removed after the new one is stored, so that after a crash there is at least one; the newest counts. A
/// state that can't be stored is sent again: first after a second, later once a minute. One thread: that of
/// `io`.
class state_keeper final : public keeper {
  public:
    /// `gather` returns the state as it is now.
    state_keeper(boost::asio::io_context& io, std::function<kept_state()> gather, const found_state& found);

    /// Sends the state after 50 ms, and at most once a second.
    void changed() override;
    /// Waits for the manager's confirmation (a barrier), at most five seconds.
    void keep_now(std::function<void()> kept) override;
    /// Before the end: sends a state that has not been sent yet. Does not wait for the manager.
    void flush();

    std::size_t bytes() const noexcept { return x_bytes; } ///< of the last state

  private:
    struct confirmation;

    enum class keeping {
        kept,      // nothing has changed since the last state was stored
        changed,   // something has changed; the timer is not set yet
        gathering, // the timer is set: further changes until then are sent with it
        refused,   // sending failed; the timer is set for the next try
    };

    void send_later(keeping why, std::chrono::steady_clock::time_point when);
    void send();
    bool send_state_guarded();
    bool send_state();
    bool store(const kept_state& state);
    void begin_confirmation();
    bool request(const std::shared_ptr<confirmation>& mine);
    void end(const std::shared_ptr<confirmation>& ended, bool confirmed);
    void warn(const problem& why);

    boost::asio::io_context& x_io;
    std::function<kept_state()> x_gather;
    boost::asio::steady_timer x_timer;
    std::vector<std::string> x_names; // of the states that the manager has
    std::uint64_t x_number;           // in the newest name
    systemd::sealed_memory x_memory{};
    std::size_t x_bytes = 0;
    std::chrono::steady_clock::time_point x_last_sent{};
    keeping x_state = keeping::kept;
    bool x_warned = false;                          // the log says that tokens may not outlive a restart
    unsigned x_failures = 0;                        // in a row
    std::shared_ptr<confirmation> x_confirmation{}; // the newest that callers wait for
};

} // namespace tokenward
