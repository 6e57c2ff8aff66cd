// Runs the daemon's event loop, and handles exceptions that escape from a handler.
#pragma once

#include <boost/asio/io_context.hpp>

#include <functional>

namespace tokenward {

/// Runs `io` until nothing is left to do, or until it is stopped; returns true then.
///
/// Handlers catch their own exceptions. If one escapes nevertheless: std::bad_alloc has dropped what was
/// under way, and the loop goes on after `recover`, which completes what may be half done; any other
/// exception, or one from `recover`, ends the loop: a log line says why, and this returns false. The process
/// should then end, so that the service manager restarts it.
bool run_event_loop(boost::asio::io_context& io, const std::function<void()>& recover);

} // namespace tokenward
