// Parses the dates and times of the IAM's answers.
#include "daemon/iam/iam_time.hpp"

#include "daemon/base/text/ascii.hpp"

#include <algorithm>
#include <array>

namespace tokenward::iam {
namespace {

using namespace std::chrono;

constexpr seconds longest_wait = hours(1);

// Takes a text apart from the left; once something did not fit, nothing fits any more.
class scanner {
  public:
    explicit scanner(std::string_view text) noexcept : x_rest(text) {}

    int number(std::size_t digits) noexcept {
        if (x_rest.size() < digits) return fail();
        int value = 0;
        for (char c : x_rest.substr(0, digits)) {
            if (!is_digit(c)) return fail();
            value = value * 10 + (c - '0');
        }
        x_rest.remove_prefix(digits);
        return value;
    }
    void expect(std::string_view word) noexcept {
        if (!skip(word)) fail();
    }
    bool skip(std::string_view word) noexcept {
        if (!x_ok || x_rest.substr(0, word.size()) != word) return false;
        x_rest.remove_prefix(word.size());
        return true;
    }
    // The position of the word in the list that comes next, from 0.
    template <std::size_t N>
    int one_of(const std::array<std::string_view, N>& words) noexcept {
        for (std::size_t i = 0; i < N; ++i)
            if (skip(words[i])) return static_cast<int>(i);
        return fail();
    }
    bool at_digit() const noexcept { return x_ok && !x_rest.empty() && is_digit(x_rest.front()); }
    bool ok() const noexcept { return x_ok; }
    bool done() const noexcept { return x_ok && x_rest.empty(); }
    int fail() noexcept {
        x_ok = false;
        x_rest = {};
        return 0;
    }

  private:
    std::string_view x_rest;
    bool x_ok = true;
};

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
// The long ones first: the short ones begin them.
constexpr std::array<std::string_view, 14> weekdays{"Sunday", "Monday",   "Tuesday", "Wednesday", "Thursday",
                                                    "Friday", "Saturday", "Sun",     "Mon",       "Tue",
                                                    "Wed",    "Thu",      "Fri",     "Sat"};

struct date_parts {
    int year = 0;
    int month = 0;
    int day = 0;
};

std::optional<sys_days> to_days(const date_parts& date) noexcept {
    year_month_day ymd{year(date.year), month(static_cast<unsigned>(date.month)),
                       day(static_cast<unsigned>(date.day))};
    if (!ymd.ok() || date.year < 1970) return std::nullopt;
    return sys_days(ymd);
}

// HH:MM:SS
seconds time_of_day(scanner& in) noexcept {
    int hour = in.number(2);
    in.expect(":");
    int minute = in.number(2);
    in.expect(":");
    int second = in.number(2);
    if (hour > 23 || minute > 59 || second > 60) in.fail();
    return hours(hour) + minutes(minute) + seconds(second);
}

microseconds fraction(scanner& in) noexcept {
    if (!in.skip(".")) return {};
    std::size_t digits = 0;
    std::int64_t value = 0;
    for (; in.at_digit(); ++digits) {
        const int digit = in.number(1);
        if (digits < 6) value = value * 10 + digit; // finer ones are dropped
    }
    if (digits == 0) in.fail();
    for (; digits < 6; ++digits) value *= 10;
    return microseconds(value);
}

// East of Greenwich counts up. None is UTC.
minutes zone(scanner& in) noexcept {
    if (in.done() || in.skip("Z") || in.skip("z")) return {};
    int sign = in.skip("-") ? -1 : 1;
    if (sign == 1) in.expect("+");
    int hour = in.number(2);
    in.skip(":");
    int minute = in.number(2);
    if (hour > 23 || minute > 59) in.fail();
    return sign * (hours(hour) + minutes(minute));
}

// 09-Nov-94: the century that puts it within 50 years of these days (RFC 9110 asks no more of it).
int two_digit_year(scanner& in) noexcept {
    int value = in.number(2);
    return value < 70 ? 2000 + value : 1900 + value;
}

// Sun Nov  6 08:49:37 1994, from after the day's name.
std::optional<wall_time> asctime_rest(scanner& in) noexcept {
    date_parts date;
    date.month = in.one_of(months) + 1;
    in.expect(" ");
    date.day = in.skip(" ") ? in.number(1) : in.number(2);
    in.expect(" ");
    seconds time = time_of_day(in);
    in.expect(" ");
    date.year = in.number(4);
    auto days = to_days(date);
    if (!in.done() || !days) return std::nullopt;
    return *days + time;
}

} // namespace

std::optional<wall_time> parse_iso_time(std::string_view text) noexcept {
    scanner in(text);
    date_parts date;
    date.year = in.number(4);
    in.expect("-");
    date.month = in.number(2);
    in.expect("-");
    date.day = in.number(2);
    in.expect("T");
    microseconds time = time_of_day(in);
    time += fraction(in);
    time -= zone(in);
    auto days = to_days(date);
    if (!in.done() || !days) return std::nullopt;
    return *days + time;
}

std::optional<wall_time> parse_http_date(std::string_view text) noexcept {
    scanner in(text);
    in.one_of(weekdays);
    if (in.skip(" ")) return asctime_rest(in);
    in.expect(", ");
    date_parts date;
    date.day = in.number(2);
    bool rfc850 = in.skip("-");
    if (!rfc850) in.expect(" ");
    date.month = in.one_of(months) + 1;
    in.expect(rfc850 ? "-" : " ");
    date.year = rfc850 ? two_digit_year(in) : in.number(4);
    in.expect(" ");
    seconds time = time_of_day(in);
    in.expect(" GMT");
    auto days = to_days(date);
    if (!in.done() || !days) return std::nullopt;
    return *days + time;
}

std::optional<seconds> parse_retry_after(std::string_view text, wall_time now) noexcept {
    seconds wait{0};
    if (!text.empty() && std::all_of(text.begin(), text.end(), is_digit)) {
        // Longer than any number of seconds that matters: no need to read on.
        wait = text.size() > 9 ? longest_wait : seconds(scanner(text).number(text.size()));
    } else if (auto date = parse_http_date(text)) {
        wait = ceil<seconds>(*date - now);
    }
    if (wait <= seconds(0)) return std::nullopt;
    return std::min(wait, longest_wait);
}

} // namespace tokenward::iam
