// Waiting for a condition that has no event of its own: the one place in the tests where a pause is allowed.
#pragma once

#include <chrono>
#include <functional>

namespace tokenward::support {

/// How long a test waits for something that must happen. Generous: it is reached only when the test fails,
/// and a sanitizer on a loaded machine is slow.
inline constexpr std::chrono::seconds patience{60};

/// Asks `holds` again and again, with short pauses (ppoll of nothing, 1 to 20 ms), until it says yes or
/// `limit` has passed; returns its last answer. For state that can only be looked at, such as a file that
/// should appear. Where there is an event (a line of output, an exit, a login at the stand-in), wait for that
/// instead. It can't show that something does not happen.
bool eventually(const std::function<bool()>& holds, std::chrono::milliseconds limit = patience);

/// How much of `limit` is left since `start`, as poll(2) wants it: never negative, rounded up.
int remaining_ms(std::chrono::steady_clock::time_point start, std::chrono::milliseconds limit);

} // namespace tokenward::support
