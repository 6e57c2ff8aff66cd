// The files that are shipped as examples are without faults.
#include "tests/unit/config/parse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace tokenward {
namespace {

std::string shipped(const std::string& name) {
    std::ifstream file(CONF_FOLDER "/" + name);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// The file with its commented-out settings (`#key: …`, without a space after the mark) put in force.
std::string with_all_settings(const std::string& text) {
    std::istringstream lines(text);
    std::string all;
    for (std::string line; std::getline(lines, line); all += line + "\n") {
        std::size_t mark = line.find_first_not_of(' ');
        if (mark != std::string::npos && line[mark] == '#' && line.size() > mark + 1 && line[mark + 1] != ' ')
            line.erase(mark, 1);
    }
    return all;
}

TEST(ConfFiles, ExampleHasNoFaults) {
    EXPECT_THAT(faults_of(shipped("tokenward.yaml")), testing::IsEmpty());
    EXPECT_EQ(identity_of(shipped("tokenward.yaml")).scopes.size(), 2U);
}

TEST(ConfFiles, SettingsThatTheExampleLeavesOutHaveNoFaultsEither) {
    std::string text = with_all_settings(shipped("tokenward.yaml"));
    ASSERT_NE(text, shipped("tokenward.yaml"));
    EXPECT_THAT(faults_of(text), testing::IsEmpty());
}

TEST(ConfFiles, MinimalFileHasNoFaults) {
    EXPECT_THAT(faults_of(shipped("minimal.yaml")), testing::IsEmpty());
    EXPECT_EQ(identity_of(shipped("minimal.yaml")).name, "ci");
}

} // namespace
} // namespace tokenward
