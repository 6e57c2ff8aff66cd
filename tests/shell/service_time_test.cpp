// The service in the course of time: renewals, outages, clocks that step and machines that pause.
#include "tests/shell/service_fixture.hpp"

using namespace tokenward;
using namespace tokenward::testing;

TEST_F(Service, ARenewalHappensOnceAheadOfTheEnd) {
    warm();
    step(2399s);
    EXPECT_EQ(source->fetches, 2);
    step(1s);
    EXPECT_EQ(source->fetches, 4);
    step(60s);
    EXPECT_EQ(source->fetches, 4);
}

TEST_F(Service, WhileTheIamIsAwayTheTokenIsServedAndThenTokensFlowAgain) {
    warm();
    for (int i = 0; i < 3599; ++i) {
        step(1s);
        while (source->waiting() != 0) source->fail();
        run();
        ASSERT_TRUE(serveable()) << i;
    }
    step(1s);
    while (source->waiting() != 0) source->fail();
    run();
    EXPECT_FALSE(serveable());
    for (int i = 0; i < 301 && source->waiting() == 0; ++i) step(1s);
    ASSERT_NE(source->waiting(), 0U) << "back within the longest back-off";
    source->answer("back");
    run();
    EXPECT_TRUE(serveable() || serveable("global"));
}

TEST_F(Service, AnIamThatFailsForAnHourIsAskedAFewTimes) {
    for (int i = 0; i < 36'000; ++i) {
        while (source->waiting() != 0) source->fail();
        step(100ms);
    }
    EXPECT_GE(source->fetches, 2 * 12) << "nobody is given up either";
    EXPECT_LE(source->fetches, 2 * 25); // 1, 2, 4 … 256 s, and then every 4 to 5 minutes
}

TEST_F(Service, ACallerWhosePatienceReachesTheNextTryIsServedByIt) {
    source->fail();
    run();
    get({.max_wait = 5s});
    EXPECT_TRUE(answers.empty()) << "the error of a moment ago is not the answer";
    step(1s);
    source->answer("g"); // of the other scope, which has waited since the start
    source->answer("a");
    run();
    EXPECT_EQ(answers, strings{"sha256:a"});
}

TEST_F(Service, APausedMachineRenewsEverything) {
    warm();
    step(10s);
    time.at.wall += 1h; // CLOCK_REALTIME was set after the pause, CLOCK_BOOTTIME knows nothing of it
    service.tick();
    run();
    EXPECT_EQ(source->fetches, 4);
}

TEST_F(Service, AWallClockThatStandsInAnotherMillenniumCostsNobodyAToken) {
    warm();
    using std::chrono::sys_days;
    using std::chrono::year;
    for (wall_time date : {wall_time(sys_days(year(2300) / 1 / 1)), wall_time(sys_days(year(9999) / 12 / 31)),
                           wall_time{}, wall_time(1'800'000'000s)}) {
        time.at.wall = date;
        step(1s);
        EXPECT_TRUE(serveable());
        while (source->waiting() != 0) {
            source->iam_date = date;
            source->answer("of " + std::to_string(date.time_since_epoch().count()) +
                           std::to_string(source->waiting()));
        }
        run();
        EXPECT_TRUE(serveable());
        EXPECT_TRUE(serveable("global"));
    }
    EXPECT_LE(source->fetches, 8);
}

TEST_F(Service, AWallClockThatIsSetBackChangesNothing) {
    warm();
    time.at.wall -= 24h;
    step(10s);
    EXPECT_EQ(source->fetches, 2);
    EXPECT_TRUE(serveable());
    step(2390s);
    EXPECT_EQ(source->fetches, 4) << "the renewal is neither a day early nor a day late";
    step(1199s);
    EXPECT_TRUE(serveable());
    step(1s);
    EXPECT_FALSE(serveable()) << "and so is the end";
}

TEST_F(Service, AWallClockThatStepsADayAheadCostsOneRenewalAndNobodyAToken) {
    warm();
    time.at.wall += 24h; // nobody can tell it from a pause, until the IAM says what time it is
    for (int i = 0; i < 60; ++i) {
        step(1s);
        ASSERT_TRUE(serveable()) << i;
    }
    ASSERT_EQ(source->fetches, 4);
    source->answer("b");
    source->answer("h");
    run();
    step(60s);
    EXPECT_EQ(source->fetches, 4);
    get();
    EXPECT_EQ(answers, strings{"sha256:b"});
}
