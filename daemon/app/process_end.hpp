// The end of the process that nothing can hold up.
#pragma once

#include <chrono>

namespace tokenward {

/// From now on SIGTERM and SIGINT are remembered, and do no more.
void hold_end_signals();

/// From now on they end the process at once, with status 0, whatever its threads are doing and without
/// destructors: for who has put away already what must not get lost. One that is remembered does so now.
void end_process_at_signal();

/// The process ends likewise when `patience` is over, should it not have ended by then. To be called once.
void end_process_after(std::chrono::milliseconds patience);

} // namespace tokenward
