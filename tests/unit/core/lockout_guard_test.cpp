// What the lockout guard lets out: refusals, the window, restarts and kills.
#include "tests/unit/core/guarded_bench.hpp"

namespace tokenward::testing {
namespace {

TEST(LockoutGuard, WrongPasswordCostsTwoLoginsForTwentyScopesHundredCallersAndADay) {
    guarded_bench b;
    for (int minute = 0; minute < 24 * 60; minute += 15) {
        for (int caller = 0; caller < 100; ++caller)
            EXPECT_EQ(b.fetch("wrong", "scope" + std::to_string(caller % 20)), "rejected");
        b.step(15min);
    }
    EXPECT_EQ(b.arrived, 2);
    EXPECT_FALSE(b.retry_after);
}

TEST(LockoutGuard, RightPasswordGoesEveryTime) {
    guarded_bench b;
    for (int i = 0; i < 50; ++i) EXPECT_EQ(b.fetch("right", "scope"), "token");
    EXPECT_EQ(b.arrived, 50);
    EXPECT_TRUE(b.guard.is_proven(b.user, b.digest("right")));
    const guard_state kept = b.guard.save(b.now);
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(kept[0], (guarded_user{b.user, {{.digest = b.digest("right"), .proven = true}}, {}}))
        << "and nothing against it";
}

TEST(LockoutGuard, MisspeltProjectsAreNotWrongPasswords) {
    guarded_bench b;
    b.misspelt = {"a", "b", "c"};
    for (int round = 0; round < 10; ++round)
        for (const char* scope : {"a", "b", "c"}) EXPECT_EQ(b.fetch("right", scope), "unknown scope");
    EXPECT_EQ(b.fetch("right", "good"), "token");
}

TEST(LockoutGuard, ChangedSecretIsTriedAtOnce) {
    guarded_bench b;
    EXPECT_EQ(b.fetch("wrong", "scope"), "rejected");
    EXPECT_EQ(b.fetch("right", "scope"), "token");
    EXPECT_EQ(b.arrived, 3);
}

TEST(LockoutGuard, OldPasswordIsStillRejectedAfterAnotherIdentityOfTheUserSucceeded) {
    guarded_bench b;
    EXPECT_EQ(b.fetch("wrong", "scope"), "rejected");
    EXPECT_EQ(b.fetch("right", "scope"), "token");
    b.step(1h);
    EXPECT_EQ(b.fetch("wrong", "scope"), "rejected");
    EXPECT_EQ(b.refusals, 2);
}

TEST(LockoutGuard, APersonWhoLogsInAnswersForTheSecret) {
    guarded_bench b;
    EXPECT_EQ(b.fetch("wrong", "scope"), "rejected");
    b.guard.forgive(b.user, b.digest("wrong"));
    b.good = "wrong"; // the account was repaired instead
    EXPECT_EQ(b.fetch("wrong", "scope"), "token");
}

TEST(LockoutGuard, APasscodesStepIsSpentOnceAndAcrossRestarts) {
    guarded_bench b;
    EXPECT_FALSE(b.guard.spent_step(b.user));
    b.guard.spend(b.user, 100);
    EXPECT_EQ(b.guard.spent_step(b.user), 100);
    b.restart();
    EXPECT_EQ(b.guard.spent_step(b.user), 100);
    EXPECT_FALSE(b.guard.spent_step({"https://iam.example", "somebody else"}));
}

TEST(LockoutGuard, NoMoreThanFourRefusalsInFifteenMinutesWhateverChanges) {
    guarded_bench b;
    for (std::uint8_t n = 10; n < 60; ++n) {
        EXPECT_EQ(b.fetch("secret " + std::to_string(n), "scope"), "rejected");
        b.step(6s); // 5 minutes in all
    }
    EXPECT_EQ(b.refusals, 4);
    ASSERT_TRUE(b.retry_after);
    EXPECT_EQ(b.fetch("right", "scope"), "rejected") << "the right one has to wait too";
    b.step(*b.retry_after);
    EXPECT_EQ(b.fetch("right", "scope"), "token");
}

TEST(LockoutGuard, RetryAfterSaysWhenTheOldestRefusalLeavesTheWindow) {
    guarded_bench b;
    EXPECT_EQ(b.fetch("secret 10", "scope"), "rejected");
    b.step(5min);
    EXPECT_EQ(b.fetch("secret 11", "scope"), "rejected");
    EXPECT_EQ(b.fetch("secret 12", "scope"), "rejected");
    EXPECT_EQ(b.retry_after, std::optional<duration>(10min));
    b.step(10min - 1ns);
    EXPECT_EQ(b.fetch("secret 12", "scope"), "rejected");
    EXPECT_EQ(b.refusals, 4);
}

TEST(LockoutGuard, RefusalsOutliveRestarts) {
    guarded_bench b;
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(b.fetch("wrong", "scope"), "rejected");
        b.restart();
    }
    EXPECT_EQ(b.arrived, 2);
    EXPECT_EQ(b.fetch("right", "scope"), "token");
}

TEST(LockoutGuard, KillDuringALoginWithAWrongPasswordStillMakesTwoRefusals) {
    guarded_bench b;
    b.kill_during_login("wrong"); // the IAM refuses it, and nobody hears of it
    b.step(2s);
    EXPECT_EQ(b.fetch("wrong", "scope"), "rejected");
    EXPECT_EQ(b.arrived, 1);
}

TEST(LockoutGuard, KillsDuringLoginsDoNotRejectTheRightPassword) {
    guarded_bench b;
    for (int i = 0; i < 3; ++i, b.step(200s)) b.kill_during_login("right");
    EXPECT_EQ(b.fetch("right", "scope"), "token");
    EXPECT_EQ(b.recent(), 0U) << "a success clears the account";
}

TEST(LockoutGuard, KillsDuringLoginsCountInTheWindow) {
    guarded_bench b;
    for (const duration pause : {2s, 20s, 200s, 0s}) {
        b.kill_during_login("right");
        b.step(pause);
    }
    EXPECT_EQ(b.fetch("right", "scope"), "failed");
    EXPECT_EQ(b.retry_after, std::optional<duration>(15min - 222s)) << "when the first leaves the window";
    EXPECT_EQ(b.arrived, 0);
}

TEST(LockoutGuard, LoginsThatWereTurnedAwayUnjudgedDoNotCount) {
    guarded_bench b;
    for (const login_end how : {login_end::unjudged, login_end::unsent, login_end::unreachable}) {
        for (int i = 0; i < 10; ++i) {
            b.guard.sending(b.user, b.digest("right"), b.now.boot);
            b.guard.end(b.user, b.digest("right"), how, b.now.boot);
        }
        EXPECT_EQ(b.recent(), 0U);
    }
}

TEST(LockoutGuard, RefusalsDatedInTheFutureCountAsNow) {
    guarded_bench b;
    guard_state kept{{b.user, {}, {}}};
    for (int i = 0; i < 4; ++i) kept[0].attempts.push_back({b.digest("wrong"), b.now.wall + 24h * 365});
    b.guard.restore(kept, b.now);
    EXPECT_EQ(b.fetch("right", "scope"), "rejected");
    EXPECT_EQ(b.retry_after, std::optional<duration>(15min));
}

TEST(LockoutGuard, UsersDoNotCountForEachOther) {
    guarded_bench b;
    EXPECT_EQ(b.fetch("wrong", "scope"), "rejected");
    b.user.origin = "https://other.example";
    b.good = "wrong";
    EXPECT_EQ(b.fetch("wrong", "scope"), "token");
}

TEST(LockoutGuard, RemembersABoundedNumberOfSecrets) {
    guarded_bench b;
    for (std::uint8_t n = 1; n <= 20; ++n) {
        b.fetch("secret " + std::to_string(n), "scope");
        b.step(1h);
    }
    guard_state kept = b.guard.save(b.now);
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(kept[0].secrets.size(), lockout_guard::most_secrets);
}

} // namespace
} // namespace tokenward::testing
