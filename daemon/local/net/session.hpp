// One connection: reads requests, has them answered in their order, and never waits for a caller who doesn't
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

/// Its place in the round of those that are swept or told to end; it leaves by itself.
using session_hook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// A connection is in one of these states: reading (no memory beyond this object, unless a request has come
/// in part), awaiting the service, blocked (the caller does not read), or lingering (all is said; the caller
/// should see that before it gets a reset for what it still sends).
///
/// An exception inside, such as std::bad_alloc, ends the connection and nothing else. Whoever calls a member
/// holds a shared_ptr to the session.
class session final : public exchange, public session_hook, public std::enable_shared_from_this<session> {
  public:
    /// Takes over `fd`, a connected non-blocking Unix stream socket; it is closed if this throws.
    session(boost::asio::io_context& io, unique_fd fd, session_context& shared, shown_identities shown = {});

    /// Begins to read. Call once.
    void start() noexcept;
    /// Ends what takes too long; called about once a second.
    void sweep() noexcept;
    /// Ends as soon as the answer under way is sent: at once if there is none.
    void stop() noexcept;
    /// Ends with an error that answers no request in particular. REQUIRES: none is under way.
    void end_with(const problem& error) noexcept;
    /// Ends at once; what was asked for goes on without it.
    void close() noexcept;

    /// In ticks, since when it is the caller who has to go on, by a request or by the rest of one; none = we
    /// owe it something.
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

    /// Every handler that is given to Asio, and every call from outside, does its work in here.
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
    std::uint64_t x_facts_version = 0; // of the directory, when the caller was looked up in it

    request_buffer x_input; // what has come of a request that is not complete, and what is behind it
    std::unique_ptr<unsent_output> x_unsent;
    output_batch* x_batch = nullptr; // while a request is run: its answer goes here
    wait_id x_wait = 0;
    std::uint64_t x_number = 0; // of the request that is run, or was last
    bool x_watches_hang_up = false;
    std::uint32_t x_since;      // tick of the last progress
    bool x_busy = false;        // a request is run or awaits its answer
    bool x_abandoned = false;   // while it was run its handler was lost
    bool x_needs_input = false; // what is in x_input has been looked at: nothing to do before more comes
    bool x_keep_alive = true;   // as the request that is run wants it
    bool x_http_1_0 = false;
    bool x_last = false; // nothing is read any more; closed when all is sent
    bool x_lingering = false;
    bool x_closed = false;
    std::size_t x_drained = 0;
};

} // namespace tokenward::local
