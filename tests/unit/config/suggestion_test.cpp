// What is taken for a slip of the fingers, and what isn't.
#include "daemon/config/suggestion.hpp"

#include <gtest/gtest.h>

#include <array>

namespace tokenward {
namespace {

constexpr std::array<std::string_view, 4> words{"password", "username", "user_id", "auth_url"};

TEST(NearestKey, FindsLettersThatAreMissingTooManySwappedOrInAnotherCase) {
    for (auto given : {"pasword", "passsword", "passwrod", "Password", "PASSWORD", "passwort"})
        EXPECT_EQ(closest_match(given, words), "password") << given;
    EXPECT_EQ(closest_match("auth-url", words), "auth_url");
    EXPECT_EQ(closest_match("usrename", words), "username");
}

TEST(NearestKey, LeavesOtherWordsAlone) {
    for (auto given : {"", "x", "colour", "sword", "usernames_and_passwords"})
        EXPECT_EQ(closest_match(given, words), std::nullopt);
    EXPECT_EQ(closest_match(std::string(100'000, 'p'), words), std::nullopt);
}

TEST(NearestKey, TakesTheNearestAndOfEquallyNearTheFirst) {
    constexpr std::array<std::string_view, 3> near{"cat", "cart", "cars"};
    EXPECT_EQ(closest_match("carts", near), "cart");
    EXPECT_EQ(closest_match("care", near), "cart");
}

TEST(NearestKey, TakesTheBeginningOfAWordForTheWordWhenNoneIsNearer) {
    EXPECT_EQ(closest_match("pass", words), "password");
    EXPECT_EQ(closest_match("user", words), "username");
    EXPECT_EQ(closest_match("us", words), std::nullopt);
}

TEST(NearestKey, ListsWhatIsKnownWhenNothingIsNear) {
    EXPECT_EQ(unknown_word_message("key", "colour", words),
              "unknown key `colour`: known here are `password`, `username`, `user_id`, `auth_url`");
    EXPECT_EQ(unknown_word_message("scope", "eu", {}), "unknown scope `eu`: there is none");
}

TEST(NearestKey, NeverRepeatsWhatMayHoldAPassword) {
    EXPECT_EQ(unknown_word_message("key", "password:hunter2", words),
              "unknown key: did you mean `password`? a space must follow its colon");
    EXPECT_EQ(unknown_word_message("key", "my secret phrase", words).find("phrase"), std::string::npos);
}

} // namespace
} // namespace tokenward
