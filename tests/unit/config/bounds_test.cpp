// Files that are meant to hurt the parser, and files that aren't text.
#include "tests/unit/config/parse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tokenward {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    while (times-- != 0) all += text;
    return all;
}

TEST(ConfigBounds, FileOfMoreThanOneMebibyteIsRefused) {
    EXPECT_THAT(faults_of(std::string(1024 * 1024 + 1, '\n')), ElementsAre("f: error: larger than 1 MiB"));
    EXPECT_THAT(faults_of(good + std::string(std::size_t{1024} * 1024 - good.size(), '\n')), SizeIs(0));
}

TEST(ConfigBounds, DeepNestingEndsBeforeTheParserRecursesFar) {
    for (auto opening : {"[", "{", "- ", "? ", "{a: ", "[{"})
        EXPECT_THAT(faults_of(repeated(opening, 400'000 / std::string_view(opening).size())),
                    ElementsAre(HasSubstr("error: ")))
            << opening;
    EXPECT_THAT(faults_of(repeated("[", 17) + repeated("]", 17)),
                ElementsAre("f:1: error: nested too deeply"));
}

TEST(ConfigBounds, NumberOfValuesIsBounded) {
    EXPECT_THAT(faults_of("[" + repeated("a,", 300'000) + "]"),
                ElementsAre("f:1: error: too many values in one file"));
}

TEST(ConfigBounds, FaultsBeyondAThousandAreCounted) {
    std::string text = good;
    for (int i = 0; i < 1500; ++i) text += "zzz" + std::to_string(i) + ": 1\n";
    auto faults = faults_of(text);
    ASSERT_THAT(faults, SizeIs(1001));
    EXPECT_EQ(faults.back(), "f: error: and 500 more faults");
}

TEST(ConfigBounds, WarningsCannotHideAnError) {
    std::string text = good + "    allow:\n";
    for (int i = 0; i < 1500; ++i) text += "      - {user: ghost}\n";
    EXPECT_FALSE(parse(text + "nonsense: 1\n").ok());
}

TEST(ConfigBounds, AliasesAreRefusedSoThatNothingGrows) {
    std::string laughs = "a: &a [x, x]\n";
    for (char c = 'b'; c <= 'z'; ++c)
        laughs += std::string(1, c) + ": &" + c + " [*" + char(c - 1) + ", *" + char(c - 1) + "]\n";
    auto faults = faults_of(laughs);
    EXPECT_THAT(faults,
                testing::Contains(
                    "f:1: error: anchors are not supported: remove it (or quote the value, if it begins "
                    "with `&`)"));
    EXPECT_THAT(faults, testing::Contains(
                            "f:2: error: aliases are not supported: write the value out (or quote it, if it "
                            "begins with `*`)"));
}

TEST(ConfigBounds, OnlyTextInUtf8IsRead) {
    using namespace std::string_literals;
    EXPECT_THAT(faults_of("# one\n# \0\n"s), ElementsAre("f:2: error: a control character: remove it"));
    EXPECT_THAT(faults_of(good + "# \x04\n" + "garbage after what the parser takes for the end\n"),
                ElementsAre("f:8: error: a control character: remove it"));
    EXPECT_THAT(faults_of(good + "# caf\xe9\n"),
                ElementsAre("f:8: error: not UTF-8: save the file as UTF-8"));
    EXPECT_THAT(faults_of("\xff\xfe" + good), ElementsAre("f:1: error: not UTF-8: save the file as UTF-8"));
}

TEST(ConfigBounds, EscapesCannotBringControlCharactersIn) {
    for (auto odd : {"\"a\\0b\"", "\"a\\nb\"", "\"a\\e[2J\"", "\"\\x7f\""})
        EXPECT_THAT(faults_of(good + "    cacert: " + odd + "\n"),
                    ElementsAre("f:8: error: `cacert` has a control character or is not UTF-8"));
}

TEST(ConfigBounds, EveryPrefixOfAFileEndsInAnAnswer) {
    for (std::size_t size = 0; size < good.size() - 1; ++size) {
        auto parsed = parse(std::string_view(good).substr(0, size));
        EXPECT_EQ(parsed.ok(), parsed.faults.empty()) << size;
    }
}

} // namespace
} // namespace tokenward
