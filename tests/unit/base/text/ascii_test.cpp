// Case, blanks, numbers, hex and percent-encoding, each on its edges.
#include "daemon/base/text/ascii.hpp"

#include <gtest/gtest.h>

#include <array>

using namespace tokenward;

TEST(Ascii, CaseIsThatOfItsLettersAlone) {
    EXPECT_EQ(lower_ascii("AZaz@[\xc3\x84"), "azaz@[\xc3\x84");
    EXPECT_TRUE(equals_any_case("Keep-ALIVE", "keep-alive"));
    EXPECT_TRUE(equals_any_case("keep-alive", "Keep-ALIVE"));
    EXPECT_FALSE(equals_any_case("@", "`"));
    EXPECT_FALSE(equals_any_case("abc", "ab"));
}

TEST(Ascii, BlanksGoFromBothEnds) {
    EXPECT_EQ(trimmed("\t a b \t"), "a b");
    EXPECT_EQ(trimmed(" \t "), "");
    EXPECT_EQ(trimmed("a\r"), "a\r");
    EXPECT_EQ(trimmed("\r a\n", " \r\n"), "a");
}

TEST(Ascii, NumberIsDigitsAndNothingElse) {
    EXPECT_EQ(parse_number<unsigned>("0"), 0U);
    EXPECT_EQ(parse_number<std::uint16_t>("65535"), 65535U);
    EXPECT_EQ(parse_number<std::uint64_t>("18446744073709551615"), ~std::uint64_t{0});
    EXPECT_EQ(parse_number<unsigned>("fF", 16), 255U);
    EXPECT_EQ(parse_number<std::uint16_t>("65536"), std::nullopt);
    for (const char* text : {"", "-1", "+1", " 1", "1 ", "1a", "0x1", "1.0"})
        EXPECT_EQ(parse_number<unsigned>(text), std::nullopt) << text;
    EXPECT_EQ(parse_number<unsigned>("0x1", 16), std::nullopt);
}

TEST(Ascii, HexIsWrittenInLowerCaseAndReadInEither) {
    EXPECT_EQ(to_hex(std::array<std::uint8_t, 3>{0x00, 0x9f, 0xff}), "009fff");
    EXPECT_EQ(hex_value('0'), 0);
    EXPECT_EQ(hex_value('9'), 9);
    EXPECT_EQ(hex_value('a'), 10);
    EXPECT_EQ(hex_value('F'), 15);
    for (char c : {'g', 'G', '/', ':', '@', '`', '\0'}) EXPECT_EQ(hex_value(c), -1) << c;
}

TEST(Ascii, PercentEncodingIsUndone) {
    std::string to = "x";
    EXPECT_TRUE(append_percent_decoded("a%2Fb%2f%25%00+", to));
    EXPECT_EQ(to, std::string("xa/b/%\0+", 8));
    for (const char* bad : {"%", "a%2", "%g0", "%0g", "%%20"})
        EXPECT_FALSE(append_percent_decoded(bad, to)) << bad;
}

TEST(Ascii, ControlCharactersAreThoseOfC0AndDel) {
    for (char c : {'\0', '\n', '\x1f', '\x7f'}) EXPECT_TRUE(is_control(c));
    for (char c : {' ', '~', '\x80', '\xff'}) EXPECT_FALSE(is_control(c));
}
