// What is taken for a slip of the fingers, and what isn't.
#include "daemon/config/nearest_key.hpp"

#include <gtest/gtest.h>

#include <array>

namespace tokenward {
namespace {

constexpr std::array<std::string_view, 4> words{"password", "username", "user_id", "auth_url"};

TEST(NearestKey, FindsLettersThatAreMissingTooManySwappedOrInAnotherCase) {
    for (auto given : {"pasword", "passsword", "passwrod", "Password", "PASSWORD", "passwort"})
        EXPECT_EQ(nearest(given, words), "password") << given;
    EXPECT_EQ(nearest("auth-url", words), "auth_url");
    EXPECT_EQ(nearest("usrename", words), "username");
}

TEST(NearestKey, LeavesOtherWordsAlone) {
    for (auto given : {"", "x", "colour", "sword", "usernames_and_passwords"})
        EXPECT_EQ(nearest(given, words), std::nullopt);
    EXPECT_EQ(nearest(std::string(100'000, 'p'), words), std::nullopt);
}

TEST(NearestKey, TakesTheNearestAndOfEquallyNearTheFirst) {
    constexpr std::array<std::string_view, 3> near{"cat", "cart", "cars"};
    EXPECT_EQ(nearest("carts", near), "cart");
    EXPECT_EQ(nearest("care", near), "cart");
}

TEST(NearestKey, TakesTheBeginningOfAWordForTheWordWhenNoneIsNearer) {
    EXPECT_EQ(nearest("pass", words), "password");
    EXPECT_EQ(nearest("user", words), "username");
    EXPECT_EQ(nearest("us", words), std::nullopt);
}

TEST(NearestKey, ListsWhatIsKnownWhenNothingIsNear) {
    EXPECT_EQ(unknown_word("key", "colour", words),
              "unknown key `colour`: known here are `password`, `username`, `user_id`, `auth_url`");
    EXPECT_EQ(unknown_word("scope", "eu", {}), "unknown scope `eu`: there is none here");
}

TEST(NearestKey, NeverRepeatsWhatMayHoldAPassword) {
    EXPECT_EQ(unknown_word("key", "password:hunter2", words),
              "unknown key: did you mean `password`? a space must follow its colon");
    EXPECT_EQ(unknown_word("key", "my secret phrase", words).find("phrase"), std::string::npos);
}

} // namespace
} // namespace tokenward
