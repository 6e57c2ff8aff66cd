// See eventually.hpp.
#include "tests/support/eventually.hpp"

#include <poll.h>

#include <algorithm>
#include <ctime>

namespace tokenward::support {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

bool eventually(const std::function<bool()>& holds, milliseconds limit) {
    const auto start = steady_clock::now();
    milliseconds pause{1};
    while (!holds()) {
        if (steady_clock::now() - start >= limit) return holds();
        const timespec time{0, std::chrono::nanoseconds(pause).count()};
        ::ppoll(nullptr, 0, &time, nullptr);
        pause = std::min(pause * 2, milliseconds{20});
    }
    return true;
}

int remaining_ms(steady_clock::time_point start, milliseconds limit) {
    const auto left = std::chrono::ceil<milliseconds>(start + limit - steady_clock::now());
    return static_cast<int>(std::max(left, milliseconds{0}).count());
}

} // namespace tokenward::support
