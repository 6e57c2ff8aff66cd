// The cache of what is known of callers: who stays in it, and who is evicted.
#include "daemon/names/caller_cache.hpp"

#include <gtest/gtest.h>

namespace tokenward {
namespace {

const caller_ids caller_one{1, {10}};
const caller_ids caller_two{2, {10}};
const caller_ids caller_three{3, {10}};

TEST(CallerCache, CallersWithOtherGroupsAreOthers) {
    caller_cache cache(3);
    auto* with_one = cache.open({1, {10}});
    EXPECT_EQ(cache.open({1, {10}}), with_one);
    EXPECT_NE(cache.open({1, {11}}), with_one);
}

TEST(CallerCache, TheOneThatWasNotAskedForTheLongestIsEvicted) {
    caller_cache cache(2);
    (void)cache.open(caller_one);
    (void)cache.open(caller_two);
    (void)cache.open(caller_one);
    ASSERT_NE(cache.open(caller_three), nullptr);
    EXPECT_NE(cache.find(caller_one), nullptr);
    EXPECT_EQ(cache.find(caller_two), nullptr);
}

TEST(CallerCache, FindingOneIsNotAskingForIt) {
    caller_cache cache(2);
    (void)cache.open(caller_one);
    (void)cache.open(caller_two);
    (void)cache.find(caller_one);
    (void)cache.open(caller_three);
    EXPECT_EQ(cache.find(caller_one), nullptr);
}

TEST(CallerCache, OneThatIsLookedUpStays) {
    caller_cache cache(2);
    cache.open(caller_one)->under_way = true;
    (void)cache.open(caller_two);
    ASSERT_NE(cache.open(caller_three), nullptr);
    EXPECT_NE(cache.find(caller_one), nullptr);
    EXPECT_EQ(cache.find(caller_two), nullptr);
}

TEST(CallerCache, WhereAllAreLookedUpThereIsNoRoom) {
    caller_cache cache(1);
    cache.open(caller_one)->under_way = true;
    EXPECT_EQ(cache.open(caller_two), nullptr);
    EXPECT_NE(cache.open(caller_one), nullptr);
    cache.find(caller_one)->under_way = false;
    EXPECT_NE(cache.open(caller_two), nullptr);
}

TEST(CallerCache, ClearingForgetsAll) {
    caller_cache cache(1);
    cache.open(caller_one)->under_way = true;
    cache.clear();
    EXPECT_EQ(cache.find(caller_one), nullptr);
    EXPECT_NE(cache.open(caller_two), nullptr);
}

} // namespace
} // namespace tokenward
