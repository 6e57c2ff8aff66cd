// Text of others made fit to be shown.
#include "daemon/base/text/shown_text.hpp"

#include "common/utf8.hpp"

#include <gtest/gtest.h>

#include <random>

using namespace tokenward;

TEST(ShownText, IsAsItIsInAnyLanguage) {
    for (const char* text : {"", "plain \\ \"text\"", "Zugriff verweigert – Rolle fehlt", "Нет доступа",
                             "权限不足", "アクセス拒否", "لا يوجد", "👩‍💻 🚫", "é e\u0301"}) {
        EXPECT_EQ(shown_text(text), text);
        EXPECT_TRUE(is_shown_as_it_is(text)) << text;
    }
}

TEST(ShownText, EscapesWhatMisleadsAReader) {
    const std::pair<std::string, const char*> table[] = {
        {std::string("a\0b", 3), R"(a\x00b)"},
        {"\n\r\t\x1b\x7f", R"(\x0a\x0d\x09\x1b\x7f)"},
        {"\u0080\u0085\u009b", R"(\u0080\u0085\u009b)"},
        {"\u200e\u200f\u061c", R"(\u200e\u200f\u061c)"},
        {"\u202a\u202b\u202c\u202d\u202e", R"(\u202a\u202b\u202c\u202d\u202e)"},
        {"\u2066\u2067\u2068\u2069", R"(\u2066\u2067\u2068\u2069)"},
        {"\u2028\u2029\ufeff", R"(\u2028\u2029\ufeff)"},
        {"a\xff\xc3", R"(a\xff\xc3)"},
        {"\xed\xa0\x80", R"(\xed\xa0\x80)"}, // half of a pair
        {"\xc0\xaf", R"(\xc0\xaf)"},         // longer than it need be
    };
    for (const auto& [text, shown] : table) {
        EXPECT_EQ(shown_text(text), shown);
        EXPECT_FALSE(is_shown_as_it_is(text)) << shown;
    }
}

TEST(ShownText, IsCutBetweenCharacters) {
    const std::string text = "aé權🚫z";
    const std::size_t ends[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
    for (std::size_t most = 0; most < std::size(ends); ++most)
        EXPECT_EQ(shown_text(text, most), text.substr(0, ends[most])) << most;
    EXPECT_EQ(shown_text("ab\ncd", 5), "ab") << "an escape is not cut either";
    EXPECT_EQ(shown_text("ab\ncd", 6), R"(ab\x0a)");
    EXPECT_EQ(shown_text(std::string(1000, '\0'), 100).size(), 100U);
}

// Whatever comes, what is shown is UTF-8 without controls, and showing it again changes nothing.
TEST(ShownText, OfAnyBytesIsHarmless) {
    std::mt19937 random(12); // NOLINT: the same in every run
    const std::string parts[] = {"a",    "=",    "\\",     "\n", "\xff", "\xe2",
                                 "\x80", "\xae", "\u202e", "é",  "權",   "🚫"};
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        for (auto i = random() % 12; i != 0; --i) text += parts[random() % std::size(parts)];
        const std::size_t most = random() % 24;
        const std::string shown = shown_text(text, most);
        EXPECT_TRUE(is_utf8(shown)) << shown;
        EXPECT_TRUE(is_shown_as_it_is(shown)) << shown;
        EXPECT_EQ(shown_text(shown), shown);
        EXPECT_LE(shown.size(), most) << shown;
    }
}

TEST(ShownText, IsAppendedAsItIsShown) {
    std::string line = "detail: ";
    append_shown(line, "a\nb \u202e\xff 權");
    EXPECT_EQ(line, "detail: " + shown_text("a\nb \u202e\xff 權"));
}
