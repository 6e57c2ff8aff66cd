// Users and groups of the machine that the tests run on: every one has root.
#include "daemon/names/system_names.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace tokenward {
namespace {

TEST(SystemNames, KnowsUsersAndGroups) {
    EXPECT_EQ(system_names().user("root"), 0U);
    EXPECT_EQ(system_names().group("root"), 0U);
}

TEST(SystemNames, KnowsNumbersByTheirNames) {
    EXPECT_EQ(system_names().user_name(0), "root");
    EXPECT_EQ(system_names().group_name(0), "root");
    EXPECT_EQ(system_names().user_name(4'000'000'001U), std::nullopt);
    EXPECT_EQ(system_names().group_name(4'000'000'001U), std::nullopt);
}

TEST(SystemNames, KnowsTheGroupsOfAUserWithThePrimaryOne) {
    const auto groups = system_names().groups_of("root");
    ASSERT_TRUE(groups);
    EXPECT_NE(std::find(groups->begin(), groups->end(), 0U), groups->end());
    EXPECT_EQ(system_names().groups_of("no-such-name-here"), std::nullopt);
}

TEST(SystemNames, UnknownNamesAreNobody) {
    for (auto name : {"", "no-such-name-here", "1000x", "-1", "+1", " 1"}) {
        EXPECT_EQ(system_names().user(name), std::nullopt) << name;
        EXPECT_EQ(system_names().group(name), std::nullopt) << name;
    }
}

} // namespace
} // namespace tokenward
