// What is UTF-8, and where its first character ends.
#include "common/utf8.hpp"

#include <gtest/gtest.h>

using namespace tokenward;

TEST(Utf8, AcceptsWellFormedTextAlone) {
    for (const char* good : {"", "a", "\u00fc", "\u20ac", "\U0001F511", "\U0010FFFF"})
        EXPECT_TRUE(is_utf8(good)) << good;
    for (const char* bad : {"\x80", "\xc0\x80", "\xc3", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                            "\xf5\x80\x80\x80", "\xe0\x80\x80", "a\xff"})
        EXPECT_FALSE(is_utf8(bad)) << bad;
}

TEST(Utf8, FirstCharacterHasOneToFourBytes) {
    EXPECT_EQ(first_character_size("ab"), 1U);
    EXPECT_EQ(first_character_size("\u00fcb"), 2U);
    EXPECT_EQ(first_character_size("\u20acb"), 3U);
    EXPECT_EQ(first_character_size("\U0001F511b"), 4U);
    EXPECT_EQ(first_character_size("a\xff"), 1U) << "what follows is not looked at";
    for (const char* none : {"", "\xffz", "\xc3", "\xc3z", "\xe2\x82z", "\xed\xa0\x80"})
        EXPECT_EQ(first_character_size(none), 0U) << none;
}
