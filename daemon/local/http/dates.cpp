// Calendar dates as text: an HTTP-date (RFC 9110, section 5.6.7), and RFC 3339.
#include "daemon/local/http/dates.hpp"

#include <fmt/format.h>

#include <cstring>

namespace tokenward::local {
namespace {

struct civil {
    std::chrono::year_month_day date;
    std::chrono::hh_mm_ss<std::chrono::seconds> time;
    unsigned weekday; // 0 = Sunday
};

civil to_civil(wall_time at) noexcept {
    auto day = std::chrono::floor<std::chrono::days>(at);
    auto time = std::chrono::floor<std::chrono::seconds>(at - day);
    return {std::chrono::year_month_day(day), std::chrono::hh_mm_ss(time),
            std::chrono::weekday(day).c_encoding()};
}

void two_digits(char* at, unsigned value) noexcept {
    at[0] = static_cast<char>('0' + value / 10);
    at[1] = static_cast<char>('0' + value % 10);
}

} // namespace

std::array<char, http_date_size> http_date(wall_time at) noexcept {
    static constexpr char days[] = "SunMonTueWedThuFriSat";
    static constexpr char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    civil c = to_civil(at);
    auto year = static_cast<unsigned>(static_cast<int>(c.date.year()));
    auto month = static_cast<unsigned>(c.date.month());
    std::array<char, http_date_size> text{};
    char* out = text.data();
    std::memcpy(out, "Sun, 00 Jan 0000 00:00:00 GMT", http_date_size);
    std::memcpy(out, days + 3 * std::size_t{c.weekday}, 3);
    two_digits(out + 5, static_cast<unsigned>(c.date.day()));
    std::memcpy(out + 8, months + 3 * std::size_t{month - 1}, 3);
    two_digits(out + 12, year / 100 % 100);
    two_digits(out + 14, year % 100);
    two_digits(out + 17, static_cast<unsigned>(c.time.hours().count()));
    two_digits(out + 20, static_cast<unsigned>(c.time.minutes().count()));
    two_digits(out + 23, static_cast<unsigned>(c.time.seconds().count()));
    return text;
}

std::string rfc3339(wall_time at) {
    civil c = to_civil(at);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(c.date.year()),
                       static_cast<unsigned>(c.date.month()), static_cast<unsigned>(c.date.day()),
                       c.time.hours().count(), c.time.minutes().count(), c.time.seconds().count());
}

} // namespace tokenward::local
