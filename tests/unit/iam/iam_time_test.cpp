// Times and dates as IAMs write them.
#include "daemon/iam/iam_time.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tokenward::iam {
namespace {

using namespace std::chrono_literals;

constexpr wall_time base{1'447'033'377s}; // 2015-11-09T01:42:57Z

TEST(IsoTime, HasAFractionOrNoneAndAZoneOrZ) {
    const std::pair<const char*, wall_time> table[] = {
        {"2015-11-09T01:42:57Z", base},
        {"2015-11-09T01:42:57.527363Z", base + 527363us},
        {"2015-11-09T01:42:57.5Z", base + 500ms},
        {"2015-11-09T01:42:57.123456789Z", base + 123456us},
        {"2015-11-09T01:42:57.1234567890123456789Z", base + 123456us},
        {"2015-11-09T01:42:57+00:00", base},
        {"2015-11-09T01:42:57", base},
        {"2015-11-09T01:42:57.000000", base},
        {"2015-11-09T03:42:57.000+02:00", base},
        {"2015-11-08T20:12:57-0530", base},
        {"2016-02-29T00:00:00Z", wall_time(1'456'704'000s)},
        {"2016-12-31T23:59:60Z", wall_time(1'483'228'800s)},
        {"1970-01-01T00:00:00Z", wall_time(0s)},
    };
    for (const auto& [text, time] : table) EXPECT_EQ(parse_iso_time(text), time) << text;
}

TEST(IsoTime, AnythingElseIsNone) {
    for (const char* text :
         {"", "2015-11-09", "2015-11-09T01:42", "2015-11-09 01:42:57Z", "2015-11-09T01:42:57.Z",
          "2015-02-29T00:00:00Z", "2015-13-01T00:00:00Z", "2015-00-01T00:00:00Z", "2015-11-09T24:00:00Z",
          "2015-11-09T01:60:00Z", "2015-11-09T01:42:61Z", "2015-11-09T01:42:57.123x", "2015-11-09T01:42:57.",
          "2015-11-09T01:42:57Zx", "2015-11-09T01:42:57+24:00", "1969-12-31T23:59:59Z", "15-11-09T01:42:57Z",
          "-015-11-09T01:42:57Z", "2015-11-09T01:42:57+1:00"})
        EXPECT_EQ(parse_iso_time(text), std::nullopt) << text;
}

TEST(IsoTime, IsTheSameWithoutZoneAndWithAnyFraction) {
    for (std::size_t digits = 1; digits <= 300; ++digits) {
        const std::string text = "2015-11-09T01:42:57." + std::string(digits, '9');
        const auto time = parse_iso_time(text);
        ASSERT_TRUE(time) << text;
        EXPECT_LT(*time - base, 1s) << text;
        EXPECT_EQ(parse_iso_time(text + "Z"), time) << text;
        EXPECT_EQ(parse_iso_time(text + "+00:00"), time) << text;
        EXPECT_EQ(parse_iso_time(text + "x"), std::nullopt) << text;
    }
}

TEST(HttpDate, ComesInThreeForms) {
    const wall_time date{784'111'777s};
    for (const char* text :
         {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"})
        EXPECT_EQ(parse_http_date(text), date) << text;
    EXPECT_EQ(parse_http_date("Wed Nov 16 08:49:37 1994"), date + 240h);
    EXPECT_EQ(parse_http_date("Thursday, 01-Jan-26 00:00:00 GMT"), wall_time(1'767'225'600s));
}

TEST(HttpDate, AnythingElseIsNone) {
    for (const char* text :
         {"", "now", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "06 Nov 1994 08:49:37 GMT",
          "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06-Nov 94 08:49:37 GMT"})
        EXPECT_EQ(parse_http_date(text), std::nullopt) << text;
}

TEST(RetryAfter, IsBetweenASecondAndAnHour) {
    const wall_time now{784'111'777s};
    const std::pair<const char*, std::optional<std::chrono::seconds>> table[] = {
        {"", std::nullopt},
        {"0", std::nullopt},
        {"1", 1s},
        {"3600", 1h},
        {"3601", 1h},
        {"99999999999999999999999999", 1h},
        {"-5", std::nullopt},
        {"1.5", std::nullopt},
        {"Sun, 06 Nov 1994 08:50:37 GMT", 60s},
        {"Sun, 06 Nov 1994 08:49:37 GMT", std::nullopt},
        {"Sun, 06 Nov 2094 08:49:37 GMT", 1h},
    };
    for (const auto& [text, wait] : table) EXPECT_EQ(parse_retry_after(text, now), wait) << text;
}

} // namespace
} // namespace tokenward::iam
