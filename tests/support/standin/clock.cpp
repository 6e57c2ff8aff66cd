// See clock.hpp.
#include "tests/support/standin/clock.hpp"

#include <fmt/chrono.h>

namespace tokenward::standin {

namespace {

std::tm broken_down(time_point when) {
    return fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(when)));
}

} // namespace

time_point machine_time() {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::string iso_time(time_point when) {
    const auto fraction = when - std::chrono::floor<std::chrono::seconds>(when);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", broken_down(when), fraction.count());
}

std::string http_date(time_point when) {
    return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", broken_down(when));
}

} // namespace tokenward::standin
