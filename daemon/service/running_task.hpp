// A coroutine that its owner can tell to end.
#pragma once

#include <boost/asio/cancellation_signal.hpp>

namespace tokenward {

/// Shared by the coroutine, which sets `begun` first of all and looks at `cancelled` then, and by who spawned
/// it with the slot of `cancel`. One that has not begun yet must not be signalled: Asio's own part of it
/// would throw, out of the event loop (Boost 1.83; 1.81 lets it begin first). It sees for itself that it is
/// not wanted. One thread.
struct running_task {
    bool begun = false;
    bool cancelled = false; ///< nobody reads the result
    boost::asio::cancellation_signal cancel{};

    void end() {
        cancelled = true;
        if (begun) cancel.emit(boost::asio::cancellation_type::terminal);
    }
};

} // namespace tokenward
