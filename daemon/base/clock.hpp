// Reads the clocks. Whatever depends on the time is given a `clock`, so that tests can step it.
#pragma once

#include "common/time.hpp"

namespace tokenward {

/// Says what time it is. Thread-safe.
struct clock {
    virtual ~clock() = default;
    virtual moment now() const = 0;
};

/// The kernel's clocks: CLOCK_BOOTTIME and CLOCK_REALTIME.
struct kernel_clock final : clock {
    moment now() const override;
};

} // namespace tokenward
