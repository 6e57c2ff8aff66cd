// The list of what makes a login the same: every field of an identity is in it, or in the list of the others.
#include "daemon/core/config.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace tokenward::testing {

// Stands for a value of any type, where it is not evaluated. It has external linkage: Clang warns of what is
// internal and not defined.
struct anything {
    template <class T>
    operator T() const noexcept;
};

} // namespace tokenward::testing

namespace {

using namespace tokenward;
using tokenward::testing::anything;

// How many fields an aggregate has: so many values can initialize it, and no more.
template <class Aggregate, class... Values>
consteval std::size_t count_fields() {
    if constexpr (requires { Aggregate{Values{}..., anything{}}; })
        return count_fields<Aggregate, Values..., anything>();
    else
        return sizeof...(Values);
}

template <class Tuple>
constexpr std::size_t size_of = std::tuple_size_v<Tuple>;

TEST(LoginFields, EveryFieldOfAnIdentityIsInOneOfTheLists) {
    using decisive = decltype(login_fields(std::declval<const identity_config&>()));
    using others = decltype(other_fields(std::declval<const identity_config&>()));
    EXPECT_EQ(size_of<decisive> + size_of<others>, count_fields<identity_config>())
        << "does a new field decide whether tokens serve still? Add it to login_fields or to other_fields";
}

TEST(LoginFields, EveryFieldOfAnAuthBlockIsInTheList) {
    using decisive = decltype(login_fields(std::declval<const auth_config&>()));
    EXPECT_EQ(size_of<decisive>, count_fields<auth_config>());
}

TEST(LoginFields, NoFieldIsInBothLists) {
    const identity_config one{};
    const auto address_of = [](const auto&... each) {
        return std::array<const void*, sizeof...(each)>{static_cast<const void*>(&each)...};
    };
    auto all = std::apply(address_of, std::tuple_cat(login_fields(one), other_fields(one)));
    std::sort(all.begin(), all.end());
    EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
}

TEST(LoginFields, WhoMayHaveTheTokensAndWhatIsKeptWarmMakesNoOtherLogin) {
    identity_config other{};
    other.scopes.push_back({"eu-de", {}});
    other.on_demand = false;
    other.max_scopes = 1;
    other.allow.emplace_back();
    other.deny.emplace_back();
    other.region_name = "eu-de";
    other.endpoint_interface = "internal";
    EXPECT_TRUE(same_login(identity_config{}, other));
    other.auth.username = "ci-bot";
    EXPECT_FALSE(same_login(identity_config{}, other));
}

} // namespace
