// Ends the process within a given time, even if a thread or a destructor hangs.
#pragma once

#include <chrono>

namespace tokenward {

/// From now on SIGTERM and SIGINT are only remembered.
void hold_end_signals();

/// From now on they end the process at once, with status 0 and without destructors. A remembered one does so
/// now. Call it when everything that must not get lost has been stored.
void end_process_at_signal();

/// Ends the process in the same way after `patience`, if it still runs. To be called once.
void end_process_after(std::chrono::milliseconds patience);

} // namespace tokenward
