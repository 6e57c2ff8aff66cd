// Calendar dates as text, by strftime(3): an HTTP-date (RFC 9110, section 5.6.7), and RFC 3339. It follows
// the C locale: nothing of ours sets another.
#include "daemon/local/http/dates.hpp"

#include <algorithm>
#include <ctime>

namespace tokenward::local {
namespace {

std::tm in_utc(wall_time at) noexcept {
    const auto second = std::chrono::floor<std::chrono::seconds>(at);
    const std::time_t time = second.time_since_epoch().count();
    std::tm parts{};
    (void)::gmtime_r(&time, &parts); // fails for years beyond an int alone
    return parts;
}

} // namespace

std::array<char, http_date_size> http_date(wall_time at) noexcept {
    const std::tm parts = in_utc(at);
    std::array<char, http_date_size + 1> ended{};
    (void)std::strftime(ended.data(), ended.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    std::array<char, http_date_size> date{};
    std::copy_n(ended.begin(), date.size(), date.begin());
    return date;
}

std::string rfc3339(wall_time at) {
    const std::tm parts = in_utc(at);
    std::array<char, 32> ended{};
    (void)std::strftime(ended.data(), ended.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return ended.data();
}

} // namespace tokenward::local
