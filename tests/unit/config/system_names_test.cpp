// Users and groups of the machine that the tests run on: every one has root.
#include "daemon/system_names.hpp"

#include <gtest/gtest.h>

namespace tokenward {
namespace {

TEST(SystemNames, KnowsUsersAndGroups) {
    EXPECT_EQ(system_names().user("root"), 0U);
    EXPECT_EQ(system_names().group("root"), 0U);
}

TEST(SystemNames, UnknownNamesAreNobody) {
    for (auto name : {"", "no-such-name-here", "1000x", "-1", "+1", " 1"}) {
        EXPECT_EQ(system_names().user(name), std::nullopt) << name;
        EXPECT_EQ(system_names().group(name), std::nullopt) << name;
    }
}

TEST(SystemNames, NumbersStandForThemselves) {
    EXPECT_EQ(system_names().user("4000000000"), 4000000000U);
    EXPECT_EQ(system_names().group("0"), 0U);
}

TEST(SystemNames, NumberThatMeansNoOneIsRefused) {
    EXPECT_EQ(system_names().user("4294967295"), std::nullopt); // (uid_t)-1
    EXPECT_EQ(system_names().group("4294967296"), std::nullopt);
}

} // namespace
} // namespace tokenward
