// From which login a scope may be opened, at stepped time.
#include "daemon/core/parent_token.hpp"

#include "daemon/core/renewal.hpp"

#include <gtest/gtest.h>

namespace tokenward {
namespace {

using namespace std::chrono_literals;

constexpr duration login_life = 24h;
const instant login_start(1000h);

std::shared_ptr<token> login_at(instant minted) {
    auto made = std::make_shared<token>();
    made->minted = minted;
    made->lifetime = login_life;
    return made;
}

parent_token parent(duration opens_for = login_life * 2 / 3) {
    parent_token made;
    made.keep(login_at(login_start), opens_for);
    return made;
}

TEST(ParentToken, OpensScopesForTwoThirdsOfItsLife) {
    EXPECT_FALSE(parent_token().is_fresh(0s, login_start));
    EXPECT_TRUE(parent().is_fresh(0s, login_start));
    EXPECT_TRUE(parent().is_fresh(0s, login_start + 16h - 1s));
    EXPECT_FALSE(parent().is_fresh(0s, login_start + 16h)) << "what it opened now would end too soon";
}

TEST(ParentToken, IsNotEnoughForWhoWantsMoreThanIsLeft) {
    EXPECT_TRUE(parent().is_fresh(14h, login_start + 10h));
    EXPECT_FALSE(parent().is_fresh(14h + 1s, login_start + 10h));
    EXPECT_TRUE(parent().is_fresh(24h, login_start + 1h)) << "a new login would bring nothing better";
}

TEST(ParentToken, OfAGivenTokenIsGoodToItsEnd) {
    EXPECT_TRUE(parent(login_life).is_fresh(0s, login_start + 24h - 1s));
    EXPECT_FALSE(parent(login_life).is_fresh(0s, login_start + 24h));
}

// A child that is due finds its parent due too, whenever it was opened and whatever its jitter: else renewals
// would bring ever shorter lives from the same parent.
TEST(ParentToken, IsDueWheneverOneOfItsChildrenIs) {
    for (duration age = 0s; age < 16h; age += 7min) {
        const duration left = login_life - age;
        EXPECT_FALSE(parent().is_fresh(0s, login_start + age + renewal_age(left, 0.0))) << age.count();
    }
}

} // namespace
} // namespace tokenward
