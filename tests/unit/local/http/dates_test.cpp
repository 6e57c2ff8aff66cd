// Times as texts.
#include "daemon/local/http/dates.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace tokenward::local {
namespace {

using namespace std::chrono;

std::string_view view(const std::array<char, http_date_size>& text) {
    return {text.data(), text.size()};
}

TEST(Dates, AreWrittenAsHttpAndJsonWantThem) {
    wall_time at = sys_days(1994y / November / 6) + 8h + 49min + 37s + 999'999us;
    EXPECT_EQ(view(http_date(at)), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(rfc3339(at), "1994-11-06T08:49:37Z");
    wall_time leap = sys_days(2028y / February / 29);
    EXPECT_EQ(view(http_date(leap)), "Tue, 29 Feb 2028 00:00:00 GMT");
    EXPECT_EQ(rfc3339(leap), "2028-02-29T00:00:00Z");
}

} // namespace
} // namespace tokenward::local
