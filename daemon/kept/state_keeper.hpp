// Keeps the daemon's state with the service manager, sealed in memory, and finds it there after a restart.
#pragma once

#include "daemon/core/keeper.hpp"
#include "daemon/kept/selection.hpp"
#include "systemd/inherited.hpp"
#include "systemd/memory_file.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tokenward {

/// Whether a descriptor with this name is one of a state_keeper's, and no socket.
bool is_kept_state(std::string_view name) noexcept;

/// What earlier runs have left with the manager.
struct found_state {
    kept_state state{};               ///< of the newest; the log tells of what can't be read
    std::vector<std::string> names{}; ///< all that lie there, to be taken back once there is a newer one
    std::uint64_t newest = 0;         ///< the number in the newest name
};
/// REQUIRES: is_kept_state of all names.
found_state find_kept_state(const std::vector<systemd::inherited_fd>& stored);

/// By identity: the digest of its login_text(). Throws std::runtime_error if OpenSSL can't make one.
std::map<std::string, login_digest> login_digests(const config& c);

/// One memory file at a time lies with the manager, under a name that counts up: the new one is there before
/// the old one goes, so that a crash in between finds one of the two, and the newer if both. What the manager
/// does not take is offered again, after a second first and a minute in the end. One thread: that of `io`.
class state_keeper final : public keeper {
  public:
    /// `gather` gives what is to be kept, whenever it is asked.
    state_keeper(boost::asio::io_context& io, std::function<kept_state()> gather, const found_state& found);

    /// Soon (50 ms) after a quiet second, else gathered until the last time is a second ago.
    void changed() override;
    /// Waits for the manager's word (a barrier), five seconds at the most.
    void keep_now(std::function<void()> kept) override;
    /// Before the end: what is still to be kept is handed over.
    void flush();

    std::size_t bytes() const noexcept { return x_bytes; } ///< of the last state

  private:
    struct confirmation;

    enum class keeping {
        kept,      // nothing has changed since the manager took all
        changed,   // something has; the timer is yet to be set
        gathering, // it is handed over soon, with what changes until then: the timer is set
        refused,   // the manager did not take it: it is offered again after a pause: the timer is set
    };

    void push_later(keeping why, std::chrono::steady_clock::time_point when);
    void push();
    bool hand_over_guarded();
    bool hand_over();
    bool hand_over(const kept_state& state);
    void begin_confirmation();
    bool ask_for(const std::shared_ptr<confirmation>& mine);
    void end(const std::shared_ptr<confirmation>& ended, bool confirmed);
    void warn(const problem& why);

    boost::asio::io_context& x_io;
    std::function<kept_state()> x_gather;
    boost::asio::steady_timer x_timer;
    std::vector<std::string> x_names; // what lies with the manager
    std::uint64_t x_number;           // of the newest
    systemd::sealed_memory x_memory{};
    std::size_t x_bytes = 0;
    std::chrono::steady_clock::time_point x_pushed{};
    keeping x_state = keeping::kept;
    bool x_warned = false;                          // the log says that tokens may not outlive a restart
    unsigned x_failures = 0;                        // in a row
    std::shared_ptr<confirmation> x_confirmation{}; // the last one that is waited for
};

} // namespace tokenward
