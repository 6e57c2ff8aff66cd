// Paths and queries taken apart.
#include "daemon/local/http/target.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tokenward::local {
namespace {

std::vector<std::string> segments_of(const std::string& text) {
    target t;
    auto taken = t.assign(text);
    EXPECT_TRUE(taken) << text;
    return {t.segments().begin(), t.segments().end()};
}

using list = std::vector<std::string>;

TEST(Target, IsSplitFirstAndThenDecodedOnce) {
    EXPECT_EQ(segments_of("/v1/tokens/ci/project:eu-de"), (list{"v1", "tokens", "ci", "project:eu-de"}));
    EXPECT_EQ(segments_of("/a%2Fb/c"), (list{"a/b", "c"}));
    EXPECT_EQ(segments_of("/a%252Fb"), (list{"a%2Fb"}));
    EXPECT_EQ(segments_of("/project:eu-de_M%C3%BCnchen"), (list{"project:eu-de_M\xc3\xbcnchen"}));
    EXPECT_EQ(segments_of("/a/../b"), (list{"a", "..", "b"}));
    EXPECT_EQ(segments_of("/"), list{});
    EXPECT_EQ(segments_of("?a=b"), list{}) << "of http://localhost?a=b";
}

TEST(Target, FailsOnWhatIsMalformed) {
    for (const char* text :
         {"//", "/a/", "/a//b", "/a/?b=c", "/%", "/a%2", "/a%zz", "/a%2g", "/%00", "/%ff", "/%c3", "/%c0%80",
          "/a?b=%", "/a?%00=b", "/a?b=1&b=2", "/a?b=1&%62=2", "/a?1&2&3&4&5&6&7&8&9"}) {
        target t;
        auto taken = t.assign(text);
        ASSERT_FALSE(taken) << text;
        EXPECT_EQ(taken.error().code, errc::bad_request) << text;
    }
}

TEST(Target, HasParametersByName) {
    target t;
    ASSERT_TRUE(t.assign("/a?region=eu%2Dde&empty=&bare"));
    EXPECT_EQ(t.parameter_named("region"), "eu-de");
    EXPECT_EQ(t.parameter_named("empty"), "");
    EXPECT_EQ(t.parameter_named("bare"), "");
    EXPECT_EQ(t.parameter_named("Region"), std::nullopt);
    constexpr std::array<std::string_view, 2> two{"region", "empty"};
    EXPECT_FALSE(t.allow_only(two));
    constexpr std::array<std::string_view, 3> all{"region", "empty", "bare"};
    EXPECT_TRUE(t.allow_only(all));
}

TEST(Target, AnEmptyParameterHasAnErrorOfItsOwn) {
    for (const char* text : {"/a?&", "/a?a=1&", "/a?&a=1", "/a?a=1&&b=2", "/a?=1"}) {
        target t;
        auto taken = t.assign(text);
        ASSERT_FALSE(taken) << text;
        EXPECT_EQ(taken.error().detail, "the query has an empty parameter") << text;
    }
    target bare;
    EXPECT_TRUE(bare.assign("/a?"));
}

TEST(Target, ReadsWholeSecondsAlone) {
    auto number = [](const std::string& value) {
        target t;
        std::string text = "/a?n=" + value; // outlives what views into it
        EXPECT_TRUE(t.assign(text));
        auto read = t.number("n", 7);
        return read ? static_cast<long>(*read) : -1L;
    };
    EXPECT_EQ(number("0"), 0);
    EXPECT_EQ(number("0060"), 60);
    EXPECT_EQ(number("1000000000"), 1'000'000'000);
    for (const char* bad : {"", "-1", "+1", "1.5", "1s", "%201", "1000000001", "99999999999999999999"})
        EXPECT_EQ(number(bad), -1) << bad;
    target t;
    ASSERT_TRUE(t.assign("/a"));
    EXPECT_EQ(*t.number("n", 7), 7U);
}

TEST(Target, AVeryLongPathIsCutAndMatchesNothing) {
    EXPECT_EQ(segments_of("/1/2/3/4/5/6/7/8/9/10/11").size(), 9U);
}

} // namespace
} // namespace tokenward::local
