// One connection: reads requests, answers them in their order, and never blocks on a caller that does not
// read.
#pragma once

#include "common/unique_fd.hpp"
#include "daemon/local/net/output_batch.hpp"
#include "daemon/local/net/request_buffer.hpp"
#include "daemon/local/net/session_context.hpp"
#include "daemon/local/peer/peer.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/intrusive/list_hook.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace tokenward::local {

/// A session's place in the list that the pool sweeps; its destructor takes it out.
using session_hook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// A connection is in one of these states: reading (uses no memory beyond this object, unless a request has
/// arrived in part), busy (a request is run or awaits the service), unsent (the caller does not read its
/// answer), or lingering (everything is sent, and the caller has time to read it before the connection is
/// closed, which could reset it).
///
/// An exception inside, such as std::bad_alloc, ends this connection and nothing else. The caller of a member
/// holds a shared_ptr to the session.
class session final : public exchange, public session_hook, public std::enable_shared_from_this<session> {
  public:
    /// Takes over `fd`, a connected non-blocking Unix stream socket; it is closed if this throws.
    session(boost::asio::io_context& io, unique_fd fd, session_context& shared, shown_identities shown = {});

    /// Begins to read. Call once.
    void start() noexcept;
    /// Ends the connection if its time is up; called about once a second.
    void sweep() noexcept;
    /// Ends the connection as soon as the pending answer is sent; at once if there is none.
    void stop() noexcept;
    /// Ends the connection with an error that answers no request in particular. REQUIRES: no request is run.
    void end_with(const problem& error) noexcept;
    /// Ends the connection at once. A pending request is cancelled.
    void close() noexcept;

    /// The tick since which the connection waits for the caller, for a request or the rest of one; none = an
    /// answer is pending.
    std::optional<std::uint32_t> idle_since() const noexcept;

    const caller& who() const override { return x_peer; }
    permission& permitted() override { return x_permission; }
    void answer(response r) noexcept override;
    void awaits(wait_id id) noexcept override;
    late_exchange later() override { return {weak_from_this(), x_number}; }
    bool is_open(std::uint64_t request) const noexcept override;
    void abandon(std::uint64_t request, const char* why) noexcept override;

  private:
    using descriptor = boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;

    struct unsent_output {
        wiped_string bytes;
        std::size_t sent = 0;
    };

    /// Every Asio handler and every public member does its work in here.
    template <class Work>
    void guarded(Work&& work) noexcept {
        try {
            work();
        } catch (const std::exception& error) {
            fail(error.what());
        } catch (...) {
            fail("unknown exception");
        }
    }
    void fail(const char* why) noexcept;

    // input
    void wait_readable();
    void watch_hang_up();
    void on_readable();
    void consume(std::span<char> bytes);
    std::size_t take_requests(std::span<char> bytes, request_parser& parser, output_batch& batch);
    void run(const request& asked);
    bool waits_for_facts();

    // output
    std::string_view connection_field() const noexcept;
    bool flush(output_batch& batch);
    void wait_writable();
    void on_writable();

    // what comes next, and the end
    void proceed();
    void drain();

    session_context& x_shared;
    descriptor x_descriptor;
    peer x_peer;
    permission x_permission;
    std::uint64_t x_facts_version = 0; // the directory's version when the caller was looked up

    request_buffer x_input; // an incomplete request, or requests that wait for their turn
    std::unique_ptr<unsent_output> x_unsent;
    output_batch* x_batch = nullptr; // during run(): the answer is added to it
    wait_id x_wait = 0;              // what the pending request awaits of the service; 0 = nothing
    std::uint64_t x_number = 0;      // of the current or last request
    bool x_watches_hang_up = false;
    std::uint32_t x_since;      // tick of the last progress
    bool x_busy = false;        // a request is run or awaits its answer
    bool x_abandoned = false;   // during run(), the request's handler was lost
    bool x_needs_input = false; // x_input has no complete request
    bool x_keep_alive = true;   // the current request's wish
    bool x_http_1_0 = false;    // the current request's version
    bool x_last = false;        // no further request is read; the connection ends when all is sent
    bool x_lingering = false;
    bool x_closed = false;
    std::size_t x_drained = 0;
};

} // namespace tokenward::local
