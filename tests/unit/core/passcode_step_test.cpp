// The next passcode: never one that was sent, never a long wait.
#include "daemon/core/passcode_step.hpp"

#include <gtest/gtest.h>

namespace tokenward {
namespace {

using namespace std::chrono_literals;

constexpr auto step_length = 30s;
constexpr std::int64_t some_step = 60'000'000;

wall_time at_step(std::int64_t step, std::chrono::microseconds after = {}) {
    return wall_time(step * step_length + after);
}

TEST(PasscodeStep, ThatWasNotSentIsSentAtOnce) {
    for (const std::optional<std::int64_t> spent :
         {std::optional<std::int64_t>(), std::optional(some_step - 1), std::optional<std::int64_t>(0)}) {
        const passcode_step next = next_passcode_step(at_step(some_step, 29s), step_length, spent);
        EXPECT_EQ(next.step, some_step);
        EXPECT_EQ(next.wait, 0s);
        EXPECT_FALSE(next.disbelieved);
    }
}

TEST(PasscodeStep, ThatWasSentIsWaitedFor) {
    EXPECT_EQ(next_passcode_step(at_step(some_step, 29s), step_length, some_step).wait, 1s);
    EXPECT_EQ(next_passcode_step(at_step(some_step), step_length, some_step).wait, 30s);
    EXPECT_EQ(next_passcode_step(at_step(some_step, 999'999us), step_length, some_step).wait, 29s + 1us);
}

TEST(PasscodeStep, ThatIsOneAheadIsBelievedForTheIamsClockIsKnownToASecondOrSo) {
    const passcode_step next = next_passcode_step(at_step(some_step, 29s), step_length, some_step + 1);
    EXPECT_FALSE(next.disbelieved);
    EXPECT_EQ(next.wait, 1s);
}

TEST(PasscodeStep, FurtherAheadIsTheTraceOfAWrongClock) {
    for (const std::int64_t ahead :
         {std::int64_t{2}, std::int64_t{28'800}, std::int64_t{253'402'300'799} - some_step}) {
        const passcode_step next = next_passcode_step(at_step(some_step), step_length, some_step + ahead);
        EXPECT_TRUE(next.disbelieved) << ahead;
        EXPECT_EQ(next.wait, 30s) << ahead << ": whether this step's was sent is not known";
        EXPECT_EQ(next.step, some_step) << ahead;
    }
}

TEST(PasscodeStep, NoWaitIsLongerThanAPeriod) {
    for (std::int64_t spent = some_step - 3; spent < some_step + 5; ++spent)
        for (auto after = 0s; after < step_length; ++after)
            EXPECT_LE(next_passcode_step(at_step(some_step, after), step_length, spent).wait, step_length);
}

} // namespace
} // namespace tokenward
