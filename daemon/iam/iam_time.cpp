// Reads times by strptime(3), which follows the C locale: nothing of ours sets another.
#include "daemon/iam/iam_time.hpp"

#include "daemon/base/text/ascii.hpp"

#include <algorithm>
#include <ctime>

namespace tokenward::iam {
namespace {

using namespace std::chrono;

constexpr seconds longest_wait = hours(1);

/// Takes off the front of `text` what strptime(3) reads there by `format`; false: it is something else.
bool take(std::string_view& text, const char* format, std::tm& into) noexcept {
    char begin[64] = {}; // has room for more than any format below takes
    text.copy(begin, sizeof begin - 1);
    const char* end = ::strptime(begin, format, &into);
    if (end == nullptr) return false;
    text.remove_prefix(static_cast<std::size_t>(end - begin));
    return true;
}

/// None for a day that its month does not have. A leap second is the second after it.
std::optional<wall_time> to_wall_time(const std::tm& parts) noexcept {
    const year_month_day date{year(parts.tm_year + 1900), month(static_cast<unsigned>(parts.tm_mon + 1)),
                              day(static_cast<unsigned>(parts.tm_mday))};
    if (!date.ok() || date.year() < year(1970) || parts.tm_sec > 60) return std::nullopt;
    return sys_days(date) + hours(parts.tm_hour) + minutes(parts.tm_min) + seconds(parts.tm_sec);
}

/// Takes off `.` and digits, of which six count; zero if there is no `.`.
std::optional<microseconds> take_fraction(std::string_view& text) noexcept {
    if (!text.starts_with('.')) return microseconds(0);
    text.remove_prefix(1);
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < 6; ++i) value = value * 10 + (i < digits ? text[i] - '0' : 0);
    text.remove_prefix(digits);
    return microseconds(value);
}

/// What a local time is ahead of UTC, by the zone that is all of `text`.
std::optional<seconds> parse_zone(std::string_view text) noexcept {
    if (text.empty() || text == "z") return seconds(0);
    std::tm parts{};
    if (!take(text, "%z", parts) || !text.empty()) return std::nullopt;
    const seconds ahead(parts.tm_gmtoff);
    return abs(ahead) < hours(24) ? std::optional(ahead) : std::nullopt;
}

} // namespace

std::optional<wall_time> parse_iso_time(std::string_view text) noexcept {
    std::tm parts{};
    if (!take(text, "%Y-%m-%dT%H:%M:%S", parts)) return std::nullopt;
    const auto time = to_wall_time(parts);
    const auto fraction = take_fraction(text);
    const auto ahead = parse_zone(text);
    if (!time || !fraction || !ahead) return std::nullopt;
    return *time + *fraction - *ahead;
}

std::optional<wall_time> parse_http_date(std::string_view text) noexcept {
    for (const char* format :
         {"%a, %d %b %Y %H:%M:%S GMT", "%a, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"}) {
        std::string_view rest = text;
        std::tm parts{};
        if (take(rest, format, parts) && rest.empty()) return to_wall_time(parts);
    }
    return std::nullopt;
}

std::optional<seconds> parse_retry_after(std::string_view text, wall_time now) noexcept {
    seconds wait{0};
    if (!text.empty() && std::all_of(text.begin(), text.end(), is_digit))
        wait = seconds(parse_number<std::uint32_t>(text).value_or(~std::uint32_t{0}));
    else if (auto date = parse_http_date(text))
        wait = ceil<seconds>(*date - now);
    if (wait <= seconds(0)) return std::nullopt;
    return std::min(wait, longest_wait);
}

} // namespace tokenward::iam
