// What the library decides about kept tokens: pauses between requests, and which tokens were reported.
#include "client/call/reported.h"
#include "client/kept/pace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

using testing::ElementsAre;

namespace {

std::vector<int> pauses(int error, long retry_after, int failures) {
    tw_pace pace{TW_FIRST_FAILURE_PAUSE_MS};
    std::vector<int> found;
    for (int i = 0; i < failures; ++i) found.push_back(tw_failure_pause(&pace, error, retry_after));
    return found;
}

std::string name(int number) {
    return "sha256:" + std::to_string(number);
}

bool is_gone(const tw_reported& reported, const std::string& fingerprint) {
    const tw_reported_token* token = tw_find_reported(&reported, fingerprint.c_str());
    return token != nullptr && token->gone;
}

} // namespace

TEST(KeptPace, PausesDoubleUpToOneSecond) {
    EXPECT_THAT(pauses(tokenward_error_no_daemon, -1, 9),
                ElementsAre(10, 20, 40, 80, 160, 320, 640, 1000, 1000));
}

TEST(KeptPace, WhatSomebodyMustCorrectIsAskedForLessOften) {
    EXPECT_EQ(pauses(tokenward_error_credential_rejected, -1, 12).back(), 5000);
    EXPECT_EQ(pauses(tokenward_error_iam_unavailable, -1, 12).back(), 1000);
}

TEST(KeptPace, RetryAfterCountsForTooManyRequestsAlone) {
    EXPECT_THAT(pauses(tokenward_error_too_many_requests, 2, 1), ElementsAre(2000));
    EXPECT_THAT(pauses(tokenward_error_too_many_requests, 3600, 1), ElementsAre(5000));
    EXPECT_THAT(pauses(tokenward_error_iam_unavailable, 2, 1), ElementsAre(10));
}

TEST(KeptPace, AShareOfTheTimeLeftIsWaitedBetweenPolls) {
    EXPECT_EQ(tw_poll_pause(30'000), 3000);
    EXPECT_EQ(tw_poll_pause(-1), 200);
    EXPECT_EQ(tw_poll_pause(1'000'000), 10'000);
}

TEST(Reported, ATokenStaysKnownWhileAReportIsPendingOrOnceItIsGone) {
    tw_reported reported{};
    tw_note_report(&reported, "sha256:1");
    tw_note_report(&reported, "sha256:1");
    tw_note_verdict(&reported, "sha256:1", false);
    ASSERT_NE(tw_find_reported(&reported, "sha256:1"), nullptr);
    tw_note_verdict(&reported, "sha256:1", false);
    EXPECT_EQ(tw_find_reported(&reported, "sha256:1"), nullptr) << "both reports were unfounded";
    tw_note_report(&reported, "sha256:1");
    tw_note_verdict(&reported, "sha256:1", true);
    EXPECT_TRUE(is_gone(reported, "sha256:1"));
    EXPECT_EQ(tw_find_reported(&reported, ""), nullptr);
}

TEST(Reported, TheOldestMakesRoomUnlessItsReportIsPending) {
    tw_reported reported{};
    tw_note_report(&reported, name(0).c_str());
    for (int i = 1; i <= TW_REPORTED_SIZE; ++i) {
        tw_note_report(&reported, name(i).c_str());
        tw_note_verdict(&reported, name(i).c_str(), true);
    }
    EXPECT_NE(tw_find_reported(&reported, name(0).c_str()), nullptr);
    EXPECT_EQ(tw_find_reported(&reported, name(1).c_str()), nullptr);
    EXPECT_TRUE(is_gone(reported, name(TW_REPORTED_SIZE)));
}

TEST(Reported, AChildOfForkForgetsWhatIsPending) {
    tw_reported reported{};
    tw_note_report(&reported, "sha256:1");
    tw_note_report(&reported, "sha256:2");
    tw_note_report(&reported, "sha256:2");
    tw_note_verdict(&reported, "sha256:2", true);
    tw_forget_pending_reports(&reported);
    EXPECT_EQ(tw_find_reported(&reported, "sha256:1"), nullptr);
    EXPECT_TRUE(is_gone(reported, "sha256:2"));
    EXPECT_EQ(tw_find_reported(&reported, "sha256:2")->pending, 0);
}
