// What the lockout guard lets out while answers are lost or the IAM is away.
#include "tests/unit/core/guarded_bench.hpp"

namespace tokenward::testing {
namespace {

TEST(LockoutGuard, UnreachableIamSaysNothingAboutThePassword) {
    guarded_bench b;
    b.line = guarded_bench::unreachable;
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(b.fetch("wrong", "scope"), "failed");
        b.step(2s);
    }
    EXPECT_EQ(b.recent(), 0U);
    b.line = guarded_bench::up;
    EXPECT_EQ(b.fetch("right", "scope"), "token");
}

TEST(LockoutGuard, ADozenLostLoginsOfAPasswordThatHasNeverWorkedAreFourInAnyFifteenMinutes) {
    guarded_bench b;
    b.line = guarded_bench::loses_answers;
    std::vector<instant> sent;
    for (int second = 0; second < 2 * 3600; ++second) {
        const int before = b.arrived;
        EXPECT_EQ(b.fetch("wrong", "scope"), "failed") << "and never rejected";
        if (b.arrived != before) sent.push_back(b.now.boot);
        b.step(1s);
    }
    ASSERT_GE(sent.size(), 12U) << "it is not given up";
    for (std::size_t i = 4; i < sent.size(); ++i) EXPECT_GE(sent[i] - sent[i - 4], 15min);
    EXPECT_GE(sent[3] - sent[0], 3min) << "they are spread out";
    EXPECT_GE(b.probes(), 12);
}

TEST(LockoutGuard, RefusedAndLostLoginsShareTheWindow) {
    guarded_bench b;
    EXPECT_EQ(b.fetch("wrong", "scope"), "rejected"); // two
    b.line = guarded_bench::loses_answers;
    for (int second = 0; second < 300; ++second) {
        EXPECT_EQ(b.fetch("right", "scope"), "failed");
        b.step(1s);
    }
    EXPECT_EQ(b.arrived, 4);
    const login_permit full = b.guard.next(b.user, b.digest("right"), b.now.boot);
    EXPECT_EQ(full.why, login_permit::reason::unknown_outcomes);
    EXPECT_EQ(full.retry_after, std::optional<duration>(10min));
}

TEST(LockoutGuard, LostAnswersToAPasswordThatHasWorkedDoNotCountAndThatOutlivesRestarts) {
    guarded_bench b;
    EXPECT_EQ(b.fetch("right", "scope"), "token");
    b.restart();
    b.line = guarded_bench::loses_answers;
    for (int i = 0; i < 20; ++i) EXPECT_EQ(b.fetch("right", "scope"), "failed");
    EXPECT_EQ(b.arrived, 21);
    EXPECT_EQ(b.probes(), 0);
    EXPECT_EQ(b.recent(), 0U);
    b.line = guarded_bench::up;
    EXPECT_EQ(b.fetch("right", "scope"), "token");
}

TEST(LockoutGuard, APasswordThatIsRefusedHasToProveItselfAgain) {
    guarded_bench b;
    EXPECT_EQ(b.fetch("right", "scope"), "token");
    b.note_refusal("right");
    b.line = guarded_bench::loses_answers;
    for (int second = 0; second < 900; ++second, b.step(1s)) b.fetch("right", "scope");
    EXPECT_LE(b.arrived, 4) << "one that worked; with the one that was refused, four that did not";
}

TEST(LockoutGuard, WhileTheIamIsSilentNothingIsSentAndWhenItComesBackTheLoginGoesOutAtOnce) {
    guarded_bench b;
    b.line = guarded_bench::loses_answers;
    EXPECT_EQ(b.fetch("right", "scope"), "failed");
    b.probe_answers = false;
    for (int second = 0; second < 60; second += 2) {
        b.step(2s);
        EXPECT_EQ(b.fetch("right", "scope"), "failed");
        EXPECT_FALSE(b.retry_after);
    }
    EXPECT_EQ(b.arrived, 1);
    EXPECT_EQ(b.probes(), 30);
    b.line = guarded_bench::up;
    b.probe_answers = true;
    b.step(2s);
    EXPECT_EQ(b.fetch("right", "scope"), "token");
}

TEST(LockoutGuard, AnIamThatComesAndGoesLiftsThePaceButNotTheWindow) {
    guarded_bench b;
    b.line = guarded_bench::loses_answers;
    for (int second = 0; second < 60; second += 2) {
        b.probe_answers = !b.probe_answers;
        b.fetch("wrong", "scope");
        b.step(2s);
    }
    EXPECT_EQ(b.arrived, 4);
}

TEST(LockoutGuard, ASilenceCountsForAllWhoQueue) {
    guarded_bench b;
    b.line = guarded_bench::loses_answers;
    EXPECT_EQ(b.fetch("right", "scope"), "failed");
    b.probe_answers = false;
    for (int i = 0; i < 20; ++i) EXPECT_EQ(b.fetch("right", "scope"), "failed");
    EXPECT_EQ(b.probes(), 1);
    b.step(1s);
    EXPECT_EQ(b.fetch("right", "scope"), "failed");
    EXPECT_EQ(b.probes(), 2);
    EXPECT_EQ(b.arrived, 1);
}

TEST(LockoutGuard, LostAnswersStayUnknownOverARestart) {
    guarded_bench b;
    b.line = guarded_bench::loses_answers;
    for (int second = 0; second < 300; ++second, b.step(1s)) b.fetch("right", "scope");
    EXPECT_EQ(b.arrived, 4);
    b.restart();
    b.line = guarded_bench::up;
    EXPECT_EQ(b.fetch("right", "scope"), "failed") << "it may have been refused four times";
    b.step(10min);
    EXPECT_EQ(b.fetch("right", "scope"), "token");
}

TEST(LockoutGuard, ForAPersonThereIsNoPaceButTheWindow) {
    guarded_bench b;
    b.identity.auth.multifactor = true;
    b.line = guarded_bench::loses_answers;
    for (int i = 0; i < 10; ++i) b.give("123456");
    EXPECT_EQ(b.arrived, 4);
}

TEST(LockoutGuard, FailureWhileSettlingLeavesTheSettlingToTheNextLogin) {
    guarded_bench b;
    b.note_refusal("right");
    b.line = guarded_bench::loses_answers;
    EXPECT_EQ(b.fetch("right", "scope"), "failed");
    b.step(2s);
    b.line = guarded_bench::up;
    b.did.clear();
    EXPECT_EQ(b.fetch("right", "scope"), "token");
    EXPECT_EQ(b.did, (std::vector<std::string>{"probe", "password right for unscoped",
                                               "password right for project:scope"}));
}

} // namespace
} // namespace tokenward::testing
