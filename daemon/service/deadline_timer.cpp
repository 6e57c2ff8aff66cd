// The timer behind all deadlines of the service.
#include "daemon/service/deadline_timer.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tokenward {
namespace {

using namespace std::chrono_literals;

constexpr duration longest_sleep = 60s;
constexpr auto busy = 10s; // for so long at the most the timer waits for its turn

} // namespace

deadline_timer::deadline_timer(boost::asio::any_io_executor executor, std::function<void()> due)
    : x_timer(std::move(executor)), x_due(std::move(due)) {}

void deadline_timer::set(instant deadline, instant now) {
    const instant next = std::min(deadline, now + longest_sleep);
    if (next == x_at) return;
    auto due = [this, alive = x_alive](boost::system::error_code cancelled) {
        if (cancelled || !*alive) return;
        x_at = never;
        x_due();
    };
    // Rounded up: to wake a nanosecond early is to wake twice.
    x_timer.expires_after(std::max(std::chrono::ceil<std::chrono::milliseconds>(next - now), 0ms));
    x_timer.async_wait(std::move(due));
    x_at = next;
}

// By the timer's own clock, which stands still in suspend as it does.
bool deadline_timer::is_on_time() const {
    return std::chrono::steady_clock::now() - x_timer.expiry() < busy;
}

} // namespace tokenward
