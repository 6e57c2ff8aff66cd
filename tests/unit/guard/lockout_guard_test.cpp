// The lockout guard at stepped time, in front of an IAM that counts.
#include "daemon/core/lockout_guard.hpp"

#include <gtest/gtest.h>

#include <set>

namespace tokenward {
namespace {

using namespace std::chrono_literals;
using advice = login_permit::advice;

constexpr secret_digest wrong{1};
constexpr secret_digest right{2};
const login_user user{"https://iam.example", "ci-bot@Default"};

// An IAM, and the loop around the guard that a source runs for each fetch.
struct bench {
    lockout_guard guard;
    moment now{instant(1h), wall_time(24h * 20'000)};
    secret_digest good = right;
    std::set<std::string> misspelt;
    bool reachable = true;
    int logins = 0;
    int refusals = 0;
    std::optional<duration> retry_after;

    void step(duration by) {
        now.boot += by;
        now.wall += std::chrono::floor<wall_time::duration>(by);
    }

    // One login; the empty scope is the unscoped one.
    void log_in(const secret_digest& secret, const std::string& scope) {
        guard.sending(user, secret, now.boot);
        ++logins;
        if (!reachable) return guard.unanswered(user, secret);
        if (secret == good && !misspelt.contains(scope)) return guard.accepted(user, secret);
        if (secret != good) ++refusals;
        guard.refused(user, secret);
    }

    std::string fetch(const secret_digest& secret, const std::string& scope) {
        bool scope_refused = false;
        for (int round = 0; round < 4; ++round) {
            login_permit permit = guard.next(user, secret, now.boot);
            retry_after = permit.retry_after;
            if (permit.what == advice::rejected) return "rejected";
            if (permit.what == advice::go && scope_refused) return "unknown scope";
            bool settling = permit.what == advice::settle_first;
            log_in(secret, settling ? "" : scope);
            if (!reachable) return "unavailable";
            bool accepted = guard.is_proven(user, secret);
            if (!settling && accepted) return "token";
            if (!settling) scope_refused = true;
        }
        return "endless";
    }

    void restart() {
        guard_state kept = guard.save(now);
        now.boot = instant(1min); // another boot: only the wall clock goes on
        guard = {};
        guard.restore(kept, now);
    }
};

TEST(LockoutGuard, WrongPasswordCostsTwoLoginsForTwentyScopesHundredCallersAndADay) {
    bench b;
    for (int minute = 0; minute < 24 * 60; minute += 15) {
        for (int caller = 0; caller < 100; ++caller)
            EXPECT_EQ(b.fetch(wrong, "scope" + std::to_string(caller % 20)), "rejected");
        b.step(15min);
    }
    EXPECT_EQ(b.logins, 2);
    EXPECT_FALSE(b.retry_after);
}

TEST(LockoutGuard, RightPasswordGoesEveryTime) {
    bench b;
    for (int i = 0; i < 50; ++i) EXPECT_EQ(b.fetch(right, "scope"), "token");
    EXPECT_EQ(b.logins, 50);
    EXPECT_TRUE(b.guard.is_proven(user, right));
    EXPECT_TRUE(b.guard.save(b.now).empty());
}

TEST(LockoutGuard, MisspeltProjectsAreNotWrongPasswords) {
    bench b;
    b.misspelt = {"a", "b", "c"};
    for (int round = 0; round < 10; ++round)
        for (const char* scope : {"a", "b", "c"}) EXPECT_EQ(b.fetch(right, scope), "unknown scope");
    EXPECT_EQ(b.fetch(right, "good"), "token");
}

TEST(LockoutGuard, ChangedSecretIsTriedAtOnce) {
    bench b;
    EXPECT_EQ(b.fetch(wrong, "scope"), "rejected");
    EXPECT_EQ(b.fetch(right, "scope"), "token");
    EXPECT_EQ(b.logins, 3);
}

TEST(LockoutGuard, OldPasswordIsStillRejectedAfterAnotherIdentityOfTheUserSucceeded) {
    bench b;
    EXPECT_EQ(b.fetch(wrong, "scope"), "rejected");
    EXPECT_EQ(b.fetch(right, "scope"), "token");
    b.step(1h);
    EXPECT_EQ(b.fetch(wrong, "scope"), "rejected");
    EXPECT_EQ(b.refusals, 2);
}

TEST(LockoutGuard, APersonWhoLogsInAnswersForTheSecret) {
    bench b;
    EXPECT_EQ(b.fetch(wrong, "scope"), "rejected");
    b.guard.forgive(user, wrong);
    b.good = wrong; // the account was repaired instead
    EXPECT_EQ(b.fetch(wrong, "scope"), "token");
}

TEST(LockoutGuard, APasscodesStepIsSpentOnceAndAcrossRestarts) {
    lockout_guard guard;
    EXPECT_FALSE(guard.is_spent(user, 100));
    guard.spend(user, 100);
    EXPECT_TRUE(guard.is_spent(user, 100));
    EXPECT_TRUE(guard.is_spent(user, 99)) << "earlier ones too";
    EXPECT_FALSE(guard.is_spent(user, 101));
    const moment now{instant(1000h), wall_time(1'800'000'000s)};
    lockout_guard restarted;
    restarted.restore(guard.save(now), now);
    EXPECT_TRUE(restarted.is_spent(user, 100));
    EXPECT_FALSE(restarted.is_spent({"https://iam.example", "somebody else"}, 100));
}

TEST(LockoutGuard, NoMoreThanFourRefusalsInFifteenMinutesWhateverChanges) {
    bench b;
    for (std::uint8_t n = 10; n < 60; ++n) {
        EXPECT_EQ(b.fetch(secret_digest{n}, "scope"), "rejected");
        b.step(6s); // 5 minutes in all
    }
    EXPECT_EQ(b.refusals, 4);
    ASSERT_TRUE(b.retry_after);
    EXPECT_EQ(b.fetch(right, "scope"), "rejected") << "the right one has to wait too";
    b.step(*b.retry_after);
    EXPECT_EQ(b.fetch(right, "scope"), "token");
}

TEST(LockoutGuard, RetryAfterSaysWhenTheOldestRefusalLeavesTheWindow) {
    bench b;
    EXPECT_EQ(b.fetch(secret_digest{10}, "scope"), "rejected");
    b.step(5min);
    EXPECT_EQ(b.fetch(secret_digest{11}, "scope"), "rejected");
    EXPECT_EQ(b.fetch(secret_digest{12}, "scope"), "rejected");
    EXPECT_EQ(b.retry_after, std::optional<duration>(10min));
    b.step(10min - 1ns);
    EXPECT_EQ(b.fetch(secret_digest{12}, "scope"), "rejected");
    EXPECT_EQ(b.refusals, 4);
}

TEST(LockoutGuard, UnreachableIamSaysNothingAboutThePassword) {
    bench b;
    b.reachable = false;
    for (int i = 0; i < 100; ++i) EXPECT_EQ(b.fetch(wrong, "scope"), "unavailable");
    b.reachable = true;
    EXPECT_EQ(b.fetch(right, "scope"), "token");
}

TEST(LockoutGuard, FailureWhileSettlingLeavesTheSettlingToTheNextLogin) {
    bench b;
    b.misspelt = {"misspelt"};
    b.log_in(right, "misspelt");
    EXPECT_EQ(b.guard.next(user, right, b.now.boot).what, advice::settle_first);
    b.reachable = false;
    EXPECT_EQ(b.fetch(right, "scope"), "unavailable");
    EXPECT_EQ(b.guard.next(user, right, b.now.boot).what, advice::settle_first);
    b.reachable = true;
    EXPECT_EQ(b.fetch(right, "scope"), "token");
}

TEST(LockoutGuard, RefusalsOutliveRestarts) {
    bench b;
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(b.fetch(wrong, "scope"), "rejected");
        b.restart();
    }
    EXPECT_EQ(b.logins, 2);
    EXPECT_EQ(b.fetch(right, "scope"), "token");
}

TEST(LockoutGuard, KillDuringALoginWithAWrongPasswordStillMakesTwoRefusals) {
    bench b;
    b.guard.sending(user, wrong, b.now.boot); // the IAM refuses it, and nobody hears of it
    b.restart();
    EXPECT_EQ(b.fetch(wrong, "scope"), "rejected");
    EXPECT_EQ(b.logins, 1);
}

TEST(LockoutGuard, KillsDuringLoginsDoNotRejectTheRightPassword) {
    bench b;
    for (int i = 0; i < 3; ++i) {
        b.guard.sending(user, right, b.now.boot);
        b.restart();
    }
    EXPECT_EQ(b.fetch(right, "scope"), "token");
    EXPECT_TRUE(b.guard.save(b.now).empty()) << "a success clears the account";
}

TEST(LockoutGuard, KillsDuringLoginsCountInTheWindow) {
    bench b;
    for (int i = 0; i < 4; ++i) {
        ASSERT_NE(b.guard.next(user, right, b.now.boot).what, advice::rejected);
        b.guard.sending(user, right, b.now.boot);
        b.restart();
    }
    EXPECT_EQ(b.fetch(right, "scope"), "rejected");
    EXPECT_EQ(b.retry_after, std::optional<duration>(15min));
}

TEST(LockoutGuard, RefusalsDatedInTheFutureCountAsNow) {
    bench b;
    guard_state kept{{user, {}, {}}};
    for (int i = 0; i < 4; ++i) kept[0].attempts.push_back({wrong, b.now.wall + 24h * 365});
    b.guard.restore(kept, b.now);
    EXPECT_EQ(b.fetch(right, "scope"), "rejected");
    EXPECT_EQ(b.retry_after, std::optional<duration>(15min));
}

TEST(LockoutGuard, UsersDoNotCountForEachOther) {
    bench b;
    EXPECT_EQ(b.fetch(wrong, "scope"), "rejected");
    const login_user elsewhere{"https://other.example", user.user};
    EXPECT_EQ(b.guard.next(elsewhere, wrong, b.now.boot).what, advice::go);
}

TEST(LockoutGuard, RemembersABoundedNumberOfSecrets) {
    bench b;
    for (std::uint8_t n = 1; n <= 20; ++n) {
        b.fetch(secret_digest{n}, "scope");
        b.step(1h);
    }
    guard_state kept = b.guard.save(b.now);
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(kept[0].secrets.size(), lockout_guard::most_secrets);
}

} // namespace
} // namespace tokenward
