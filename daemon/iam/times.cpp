// See times.hpp.
#include "daemon/iam/times.hpp"

#include <ctime>

#include <array>

namespace tokenward::iam {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// Reads exactly `digits` digits from the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        if (!is_digit(text[i])) return std::nullopt;
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(digits);
    return value;
}

bool take(std::string_view& text, char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
}

std::chrono::microseconds take_fraction(std::string_view& text) {
    long value = 0;
    long unit = 100'000;
    for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) {
        value += unit * (text.front() - '0');
        unit /= 10;
    }
    return std::chrono::microseconds(value);
}

std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
    if (text.empty() || take(text, 'Z') || take(text, 'z')) return std::chrono::minutes(0);
    bool east = text.front() == '+';
    if (!east && text.front() != '-') return std::nullopt;
    text.remove_prefix(1);
    auto hours = take_number(text, 2);
    take(text, ':');
    auto minutes = take_number(text, 2);
    if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    std::chrono::minutes offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
    return east ? offset : -offset;
}

} // namespace

std::optional<wall_time> parse_iso_time(std::string_view text) {
    using namespace std::chrono;
    auto y = take_number(text, 4);
    if (!y || !take(text, '-')) return std::nullopt;
    auto mo = take_number(text, 2);
    if (!mo || !take(text, '-')) return std::nullopt;
    auto d = take_number(text, 2);
    if (!d || (!take(text, 'T') && !take(text, ' '))) return std::nullopt;
    auto h = take_number(text, 2);
    if (!h || !take(text, ':')) return std::nullopt;
    auto mi = take_number(text, 2);
    if (!mi || !take(text, ':')) return std::nullopt;
    auto s = take_number(text, 2);
    if (!s || *h > 23 || *mi > 59 || *s > 60) return std::nullopt;
    microseconds fraction{0};
    if (take(text, '.')) {
        if (text.empty() || !is_digit(text.front())) return std::nullopt;
        fraction = take_fraction(text);
    }
    auto offset = take_offset(text);
    year_month_day date{year(*y), month(static_cast<unsigned>(*mo)), day(static_cast<unsigned>(*d))};
    if (!offset || !text.empty() || !date.ok()) return std::nullopt;
    return wall_time(sys_days(date).time_since_epoch() + hours(*h) + minutes(*mi) + seconds(*s) + fraction - *offset);
}

std::optional<wall_time> parse_http_date(std::string_view text) {
    const std::string copy(text);
    for (const char* form : {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"}) {
        std::tm parts{};
        const char* end = strptime(copy.c_str(), form, &parts);
        if (end == nullptr || *end != '\0') continue;
        std::time_t seconds = timegm(&parts);
        return wall_time(std::chrono::seconds(seconds));
    }
    return std::nullopt;
}

} // namespace tokenward::iam
