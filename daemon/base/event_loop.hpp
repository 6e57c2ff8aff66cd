// Runs the daemon's event loop, and says what an exception does that escapes from a handler.
#pragma once

#include <boost/asio/io_context.hpp>

#include <functional>

namespace tokenward {

/// Runs `io` until nothing is left to do, or until it is stopped; returns true then.
///
/// Handlers mind their exceptions themselves. What escapes nevertheless: std::bad_alloc has cost what was
/// under way, and the loop goes on after `recover`, which makes good what may be half done; any other
/// exception, and one of `recover`, ends the loop: one line says why, and this returns false. Then the
/// process is to end, so that the service manager starts it anew.
bool run_event_loop(boost::asio::io_context& io, const std::function<void()>& recover);

} // namespace tokenward
