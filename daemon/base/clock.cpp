// Reads the kernel's clocks.
#include "daemon/base/clock.hpp"

#include <ctime>

namespace tokenward {
namespace {

std::chrono::nanoseconds read(clockid_t which) {
    timespec now{};
    (void)clock_gettime(which, &now); // cannot fail: both clocks exist since Linux 2.6.39
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

} // namespace

moment kernel_clock::now() const {
    return {instant(read(CLOCK_BOOTTIME)),
            wall_time(std::chrono::floor<std::chrono::microseconds>(read(CLOCK_REALTIME)))};
}

} // namespace tokenward
