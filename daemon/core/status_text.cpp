// Counts and times in words, in the largest unit alone.
#include "daemon/core/status_text.hpp"

#include <algorithm>
#include <string_view>

namespace tokenward {
namespace {

using namespace std::chrono_literals;

std::string in_largest_unit(duration d) {
    const auto in = [&](duration unit, std::string_view name) {
        return std::to_string(d / unit) + " " + std::string(name);
    };
    if (d >= 48h) return in(24h, "d");
    if (d >= 1h) return in(1h, "h");
    if (d >= 1min) return in(1min, "min");
    return in(1s, "s");
}

} // namespace

std::string status_text(const status_facts& seen) {
    std::string line = std::to_string(seen.all) + (seen.all == 1 ? " scope" : " scopes");
    if (seen.without_token != 0) line += ", " + std::to_string(seen.without_token) + " without a token";
    if (seen.next_renewal)
        line += ", next renewal in " + in_largest_unit(std::max(*seen.next_renewal, duration(0)));
    if (seen.reload_refused) line += "; the last reload was refused, see the log";
    return line;
}

} // namespace tokenward
