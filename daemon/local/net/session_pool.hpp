// All connections: lets them in up to a limit, ends those that idle, and knows when the last one is gone.
#pragma once

#include "common/unique_fd.hpp"
#include "daemon/local/net/session.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <unordered_map>

namespace tokenward::local {

/// Bounds that tests make smaller.
struct connection_limits {
    /// All together. One uid, with its subordinate ones, may have half of them; all but root and the daemon's
    /// own user leave a sixteenth to those.
    std::size_t connections = 16'384;
    std::chrono::milliseconds tick{1000}; ///< what counts as a second for idle connections and slow requests
};

/// How many connections a process may have that may have so many descriptors: the daemon needs some itself,
/// to log in, to read secrets and to keep its state. No more than the bound above.
std::size_t connections_within(std::size_t descriptors) noexcept;

/// One thread. The io_context's handlers must have run out, or be destroyed unrun, before this goes.
class session_pool {
  public:
    session_pool(boost::asio::io_context& io, environment around, const connection_limits& limits);
    session_pool(const session_pool&) = delete;
    session_pool& operator=(const session_pool&) = delete;
    ~session_pool();

    /// Begins a session on an accepted, non-blocking socket. When all places are taken, the connection that
    /// has idled longest makes room, one of the caller's own if it has its share; if none idles, the new one
    /// is turned away with 429. `shown`: the identities of the socket that it came by.
    /// For want of memory it is closed at once.
    void admit(unique_fd connected, shown_identities shown = {}) noexcept;

    /// Ends idle connections at once and the others as they are answered; after `grace_period` all. Then
    /// calls `stopped`, from the io_context. Call once.
    void stop(std::chrono::milliseconds grace_period, std::function<void()> stopped);

    std::size_t size() const noexcept { return x_sessions.size(); }

  private:
    using session_list = boost::intrusive::list<session, boost::intrusive::base_hook<session_hook>,
                                                boost::intrusive::constant_time_size<false>>;

    void add(unique_fd connected, shown_identities shown);
    void insert(const std::shared_ptr<session>& fresh);
    bool has_capacity(const session& fresh);
    bool close_idle(std::optional<unsigned> uid);
    void erase(session& ended) noexcept;
    void arm_sweep();
    void sweep();
    template <class Work>
    void for_each(Work work) noexcept;
    void close_all() noexcept;

    boost::asio::io_context& x_io;
    connection_limits x_limits;
    std::vector<char, wiping_allocator<char>> x_input; // reports and passcodes pass through it
    session_context x_shared;
    std::unordered_map<session*, std::shared_ptr<session>> x_sessions;
    session_list x_sweep_order; // the same, in the order in which they are swept
    std::unordered_map<unsigned, std::size_t> x_per_uid;
    boost::asio::steady_timer x_sweep;
    boost::asio::steady_timer x_stop_timer;
    bool x_sweeping = false;
    std::function<void()> x_stopped;
};

} // namespace tokenward::local
