// What the text of a secret must be.
#include "daemon/base/text/secret_text.hpp"

#include <gtest/gtest.h>

#include <string>

using namespace tokenward;
using namespace std::string_literals;

namespace {

using lines = std::vector<std::string_view>;

const std::string mark = "\xef\xbb\xbf";

} // namespace

TEST(SecretText, IsALineOrTwo) {
    EXPECT_EQ(judge_secret("s3cret").lines, lines{"s3cret"});
    EXPECT_EQ(judge_secret("s3cret\r\n").lines, lines{"s3cret"});
    EXPECT_EQ(judge_secret("\n \t\nnew\r\n\r\nold\n\n").lines, (lines{"new", "old"}));
    EXPECT_EQ(judge_secret(" two words ").lines, lines{" two words "}) << "spaces may be meant";
}

TEST(SecretText, HasAtLeastOneLineUnlessItHasAFault) {
    for (const std::string& none : {""s, "\n"s, "\r\n"s, "\n\n"s, " \n\t\r\n\n"s, "  "s, mark, mark + "\n"}) {
        const secret_text judged = judge_secret(none);
        EXPECT_TRUE(judged.lines.empty());
        EXPECT_FALSE(judged.fault.empty());
    }
}

TEST(SecretText, AThirdLineIsAFault) {
    EXPECT_TRUE(judge_secret("one\ntwo\n").fault.empty());
    EXPECT_EQ(judge_secret("one\ntwo\nthree").fault,
              "has more than two lines: it holds one secret, or a new and an old one");
}

TEST(SecretText, AByteOrderMarkIsNoPartOfIt) {
    const std::string text = mark + "new\r\n" + mark + "old\r\n";
    const secret_text judged = judge_secret(text);
    EXPECT_EQ(judged.lines, (lines{"new", "old"}));
    EXPECT_TRUE(judged.has_mark);
    EXPECT_FALSE(judge_secret("new").has_mark);
}

TEST(SecretText, WhatIsNoTextIsAFault) {
    EXPECT_EQ(judge_secret("s3c\0ret"s).fault, "holds a NUL byte, which no secret may");
    EXPECT_EQ(judge_secret("s3c\xe9ret").fault, "is not UTF-8");
    EXPECT_EQ(judge_secret("\xff\xfes\0\n\0"s).fault, "is UTF-16: save it as UTF-8");
}

TEST(SecretText, SixtyFourKibibytesAreTheMost) {
    const std::string largest(longest_secret, 'x');
    EXPECT_TRUE(judge_secret(mark + largest + "\r\n").fault.empty());
    EXPECT_EQ(judge_secret(largest + "x").fault, "is longer than 64 KiB");
}
