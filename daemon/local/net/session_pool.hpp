// All connections: admits them up to a limit, closes idle ones, and knows when the last one has ended.
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
    /// Of all callers together. One uid, with its subordinate uids, may have half of them. A sixteenth is
    /// reserved for root and the daemon's own user.
    std::size_t connections = 16'384;
    std::chrono::milliseconds tick{1000}; ///< the unit of the limits for idle connections and slow requests
};

/// The connection limit for a process with this descriptor limit: the daemon itself needs some descriptors,
/// to log in, to read secrets and to keep its state. At most connection_limits::connections.
std::size_t connections_within(std::size_t descriptors) noexcept;

/// One thread. Must outlive the io_context's handlers.
class session_pool {
  public:
    session_pool(boost::asio::io_context& io, environment around, const connection_limits& limits);
    session_pool(const session_pool&) = delete;
    session_pool& operator=(const session_pool&) = delete;
    ~session_pool();

    /// Begins a session on an accepted, non-blocking socket. If the limit is reached, the connection that has
    /// idled the longest is closed (one of the same share if that share is used up); if none is idle, the new
    /// one is answered 429 and closed. `shown`: the identities of the socket that accepted it. If memory runs
    /// out, the new connection is closed at once.
    void admit(unique_fd connected, shown_identities shown = {}) noexcept;

    /// Ends idle connections at once, the others when they are answered, and after `grace_period` all that
    /// are left. Then calls `stopped`, from the io_context. Call once.
    void stop(std::chrono::milliseconds grace_period, std::function<void()> stopped);

    std::size_t size() const noexcept { return x_sessions.size(); }

  private:
    using session_list = boost::intrusive::list<session, boost::intrusive::base_hook<session_hook>,
                                                boost::intrusive::constant_time_size<false>>;

    void add(unique_fd connected, shown_identities shown);
    void insert(const std::shared_ptr<session>& fresh);
    bool has_capacity(const session& fresh);
    bool close_idle(std::optional<unsigned> share);
    void erase(session& ended) noexcept;
    void arm_sweep();
    void sweep();
    template <class Work>
    void for_each(Work work) noexcept;
    void close_all() noexcept;

    boost::asio::io_context& x_io;
    connection_limits x_limits;
    std::vector<char, wiping_allocator<char>> x_input; // wiped: it receives reports and passcodes
    session_context x_shared;
    std::unordered_map<session*, std::shared_ptr<session>> x_sessions;
    session_list x_sweep_order;                            // the same, in the order in which they are swept
    std::unordered_map<unsigned, std::size_t> x_per_share; // connections, by caller::share()
    boost::asio::steady_timer x_sweep;
    boost::asio::steady_timer x_stop_timer;
    bool x_sweeping = false;
    std::function<void()> x_stopped;
};

} // namespace tokenward::local
