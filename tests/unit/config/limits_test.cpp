// `limits`: numbers within their ranges, or a fault with its line.
#include "tests/unit/config/parse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tokenward {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ConfigLimits, AreTheDefaultsUnlessSaid) {
    EXPECT_EQ(parse(good).value.limits, (limits_config{60, 50}));
    EXPECT_EQ(parse(good + "limits: {}\n").value.limits, (limits_config{60, 50}));
    EXPECT_EQ(parse(good + "limits: {new_scopes_burst: 7}\n").value.limits, (limits_config{60, 7}));
    const std::string both = good + "limits: {new_scopes_per_minute: 60000, new_scopes_burst: 10000}\n";
    EXPECT_EQ(parse(both).value.limits, (limits_config{60'000, 10'000}));
    EXPECT_THAT(faults_of(both), IsEmpty());
}

TEST(ConfigLimits, WhatIsOutOfRangeIsAFault) {
    for (const char* bad : {"0", "60001", "-1", "many"})
        EXPECT_THAT(faults_of(good + "limits:\n  new_scopes_per_minute: " + bad + "\n"),
                    ElementsAre(HasSubstr(":9: error: `new_scopes_per_minute`")))
            << bad;
    EXPECT_THAT(faults_of(good + "limits: {new_scopes_burst: 10001}\n"),
                ElementsAre(HasSubstr(":8: error: `new_scopes_burst`")));
}

TEST(ConfigLimits, OtherFormsOfTheSectionAreFaults) {
    EXPECT_THAT(faults_of(good + "limits: 60\n"), ElementsAre(HasSubstr(":8: error: limits must be a map")));
    EXPECT_THAT(faults_of(good + "limits: {new_scope_burst: 1}\n"),
                ElementsAre(HasSubstr("unknown key `new_scope_burst`: did you mean `new_scopes_burst`?")));
}

} // namespace
} // namespace tokenward
