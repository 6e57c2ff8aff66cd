// Who owns which numbers, by the text of /etc/subuid.
#include "daemon/names/subordinate_ids.hpp"

#include <gtest/gtest.h>

namespace tokenward {
namespace {

using owners = std::vector<std::string_view>;

TEST(SubordinateIds, ANumberBelongsToWhoHasItsRange) {
    const subordinate_ids ids("alice:100000:65536\nbob:165536:10\n1001:300000:1\n");
    EXPECT_EQ(ids.owners_of(99'999), owners{});
    EXPECT_EQ(ids.owners_of(100'000), owners{"alice"});
    EXPECT_EQ(ids.owners_of(165'535), owners{"alice"});
    EXPECT_EQ(ids.owners_of(165'536), owners{"bob"});
    EXPECT_EQ(ids.owners_of(165'546), owners{});
    EXPECT_EQ(ids.owners_of(300'000), owners{"1001"});
    EXPECT_TRUE(ids.has(165'545));
    EXPECT_FALSE(ids.has(165'546));
    EXPECT_FALSE(ids.has(0));
}

TEST(SubordinateIds, RangesMayOverlapAndComeInAnyOrder) {
    const subordinate_ids ids("late:500:10\nwide:100:1000\nnarrow:200:1\nwide:300:400\n");
    EXPECT_EQ(ids.owners_of(200), (owners{"wide", "narrow"}));
    EXPECT_EQ(ids.owners_of(505), (owners{"wide", "late"}));
    EXPECT_EQ(ids.owners_of(1099), owners{"wide"});
    EXPECT_EQ(ids.first_of(505), 100U);
}

TEST(SubordinateIds, WhatIsNoRangeIsPassedOver) {
    const subordinate_ids ids(
        "# a comment\n\nalice\nalice:1\nalice:x:5\nalice:5:-1\n:5:5\nalice:7:0\n"
        "alice:4294967296:1\nalice:99999999999999999999:1\nbob : 40 : 2 \r\ncarol:50:1:more\n");
    EXPECT_EQ(ids.size(), 2U);
    EXPECT_EQ(ids.owners_of(41), owners{"bob"});
    EXPECT_EQ(ids.owners_of(50), owners{"carol"});
}

TEST(SubordinateIds, RangesBeyondTheLastNumberEndThere) {
    const subordinate_ids ids("a:4294967290:18446744073709551615");
    EXPECT_TRUE(ids.has(4'294'967'295U));
    EXPECT_FALSE(ids.has(5));
}

TEST(SubordinateIds, AMovedOneKeepsItsOwners) {
    subordinate_ids first("a:1:1\nb:2:1\n");
    const subordinate_ids second = std::move(first);
    EXPECT_EQ(second.owners_of(2), owners{"b"});
}

TEST(SubordinateIds, ALargeFileIsSearchedFast) {
    std::string text;
    for (int i = 0; i < 100'000; ++i)
        text += "u" + std::to_string(i) + ":" + std::to_string(100'000 + i * 10) + ":10\n";
    const subordinate_ids ids(text);
    EXPECT_EQ(ids.size(), 100'000U);
    for (unsigned i = 0; i < 100'000; ++i) ASSERT_TRUE(ids.has(100'000 + i * 10 + 9));
    EXPECT_EQ(ids.owners_of(100'015), owners{"u1"});
}

} // namespace
} // namespace tokenward
