// The lockout guard at stepped time, in front of an IAM that counts.
#include "daemon/core/lockout_guard.hpp"

#include <gtest/gtest.h>

#include <set>

namespace tokenward {
namespace {

using namespace std::chrono_literals;
using advice = login_permit::advice;
using reason = login_permit::reason;

constexpr secret_digest wrong{1};
constexpr secret_digest right{2};
const login_user user{"https://iam.example", "ci-bot@Default"};

// An IAM, and the loop around the guard that a source runs for each fetch.
struct bench {
    lockout_guard guard;
    moment now{instant(1h), wall_time(24h * 20'000)};
    secret_digest good = right;
    std::set<std::string> misspelt;
    enum { up, loses_answers, unreachable } iam = up;
    bool probe_answers = true;
    int probes = 0;
    int logins = 0;
    int refusals = 0;
    std::optional<duration> retry_after;

    void step(duration by) {
        now.boot += by;
        now.wall += std::chrono::floor<wall_time::duration>(by);
    }

    // One login; the empty scope is the unscoped one.
    login_end log_in(const secret_digest& secret, const std::string& scope) {
        guard.sending(user, secret, now.boot);
        login_end how = login_end::refused;
        if (iam == unreachable) {
            how = login_end::unreachable;
        } else {
            ++logins;
            if (iam == loses_answers)
                how = login_end::lost;
            else if (secret == good && !misspelt.contains(scope))
                how = login_end::accepted;
            else if (secret != good)
                ++refusals;
        }
        guard.end(user, secret, how, now.boot);
        return how;
    }

    login_permit permit(const secret_digest& secret) {
        login_permit says = guard.next(user, secret, now.boot);
        if (says.what == advice::probe_first) {
            ++probes;
            says =
                guard.next(user, secret, now.boot, probe_answers ? probe_word::answers : probe_word::silent);
        }
        retry_after = says.retry_after;
        return says;
    }

    std::string fetch(const secret_digest& secret, const std::string& scope) {
        bool scope_refused = false;
        for (int round = 0; round < 4; ++round) {
            login_permit says = permit(secret);
            if (says.what == advice::rejected) return "rejected";
            if (says.what == advice::wait) return says.why == reason::refusals ? "rejected" : "failed";
            if (says.what == advice::go && scope_refused) return "unknown scope";
            bool settling = says.what == advice::settle_first;
            login_end how = log_in(secret, settling ? "" : scope);
            if (how == login_end::lost || how == login_end::unreachable) return "failed";
            if (!settling && how == login_end::accepted) return "token";
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
    const guard_state kept = b.guard.save(b.now);
    ASSERT_EQ(kept.size(), 1U);
    EXPECT_EQ(kept[0], (guarded_user{user, {{.digest = right, .proven = true}}, {}}))
        << "and nothing against it";
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
    EXPECT_FALSE(guard.spent_step(user));
    guard.spend(user, 100);
    EXPECT_EQ(guard.spent_step(user), 100);
    const moment now{instant(1000h), wall_time(1'800'000'000s)};
    lockout_guard restarted;
    restarted.restore(guard.save(now), now);
    EXPECT_EQ(restarted.spent_step(user), 100);
    EXPECT_FALSE(restarted.spent_step({"https://iam.example", "somebody else"}));
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
    b.iam = bench::unreachable;
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(b.fetch(wrong, "scope"), "failed");
        b.step(2s);
    }
    EXPECT_EQ(b.guard.recent_attempts(user, b.now.boot), 0U);
    b.iam = bench::up;
    EXPECT_EQ(b.fetch(right, "scope"), "token");
}

TEST(LockoutGuard, ADozenLostLoginsOfAPasswordThatHasNeverWorkedAreFourInAnyFifteenMinutes) {
    bench b;
    b.iam = bench::loses_answers;
    std::vector<instant> sent;
    for (int second = 0; second < 2 * 3600; ++second) {
        const int before = b.logins;
        EXPECT_EQ(b.fetch(wrong, "scope"), "failed") << "and never rejected";
        if (b.logins != before) sent.push_back(b.now.boot);
        b.step(1s);
    }
    ASSERT_GE(sent.size(), 12U) << "it is not given up";
    for (std::size_t i = 4; i < sent.size(); ++i) EXPECT_GE(sent[i] - sent[i - 4], 15min);
    EXPECT_GE(sent[3] - sent[0], 3min) << "they are spread out";
    EXPECT_GE(b.probes, 12);
}

TEST(LockoutGuard, RefusedAndLostLoginsShareTheWindow) {
    bench b;
    EXPECT_EQ(b.fetch(wrong, "scope"), "rejected"); // two
    b.iam = bench::loses_answers;
    for (int second = 0; second < 300; ++second) {
        EXPECT_EQ(b.fetch(right, "scope"), "failed");
        b.step(1s);
    }
    EXPECT_EQ(b.logins, 4);
    const login_permit full = b.guard.next(user, right, b.now.boot);
    EXPECT_EQ(full.why, reason::unknown_outcomes);
    EXPECT_EQ(full.retry_after, std::optional<duration>(10min));
}

TEST(LockoutGuard, LostAnswersToAPasswordThatHasWorkedDoNotCountAndThatOutlivesRestarts) {
    bench b;
    EXPECT_EQ(b.fetch(right, "scope"), "token");
    b.restart();
    b.iam = bench::loses_answers;
    for (int i = 0; i < 20; ++i) EXPECT_EQ(b.fetch(right, "scope"), "failed");
    EXPECT_EQ(b.logins, 21);
    EXPECT_EQ(b.probes, 0);
    EXPECT_EQ(b.guard.recent_attempts(user, b.now.boot), 0U);
    b.iam = bench::up;
    EXPECT_EQ(b.fetch(right, "scope"), "token");
}

TEST(LockoutGuard, APasswordThatIsRefusedHasToProveItselfAgain) {
    bench b;
    EXPECT_EQ(b.fetch(right, "scope"), "token");
    b.good = wrong;
    EXPECT_EQ(b.log_in(right, "scope"), login_end::refused);
    b.iam = bench::loses_answers;
    for (int second = 0; second < 900; ++second, b.step(1s)) b.fetch(right, "scope");
    EXPECT_LE(b.logins, 5) << "one that worked, four that did not";
}

TEST(LockoutGuard, WhileTheIamIsSilentNothingIsSentAndWhenItComesBackTheLoginGoesOutAtOnce) {
    bench b;
    b.iam = bench::loses_answers;
    EXPECT_EQ(b.fetch(right, "scope"), "failed");
    b.probe_answers = false;
    for (int second = 0; second < 60; second += 2) {
        b.step(2s);
        EXPECT_EQ(b.fetch(right, "scope"), "failed");
        EXPECT_FALSE(b.retry_after);
    }
    EXPECT_EQ(b.logins, 1);
    EXPECT_EQ(b.probes, 30);
    b.iam = bench::up;
    b.probe_answers = true;
    b.step(2s);
    EXPECT_EQ(b.fetch(right, "scope"), "token");
}

TEST(LockoutGuard, AnIamThatComesAndGoesLiftsThePaceButNotTheWindow) {
    bench b;
    b.iam = bench::loses_answers;
    for (int second = 0; second < 60; second += 2) {
        b.probe_answers = !b.probe_answers;
        b.fetch(wrong, "scope");
        b.step(2s);
    }
    EXPECT_EQ(b.logins, 4);
}

TEST(LockoutGuard, ASilenceCountsForAllWhoQueue) {
    bench b;
    b.iam = bench::loses_answers;
    EXPECT_EQ(b.fetch(right, "scope"), "failed");
    b.probe_answers = false;
    for (int i = 0; i < 20; ++i) EXPECT_EQ(b.permit(right).why, reason::silence);
    EXPECT_EQ(b.probes, 1);
    b.step(1s);
    EXPECT_EQ(b.permit(right).why, reason::silence);
    EXPECT_EQ(b.probes, 2);
}

TEST(LockoutGuard, LostAnswersStayUnknownOverARestart) {
    bench b;
    b.iam = bench::loses_answers;
    for (int second = 0; second < 300; ++second, b.step(1s)) b.fetch(right, "scope");
    EXPECT_EQ(b.logins, 4);
    b.restart();
    b.iam = bench::up;
    EXPECT_EQ(b.fetch(right, "scope"), "failed") << "it may have been refused four times";
    b.step(10min);
    EXPECT_EQ(b.fetch(right, "scope"), "token");
}

TEST(LockoutGuard, ForAPersonThereIsNoPaceButTheWindow) {
    bench b;
    b.iam = bench::loses_answers;
    for (int i = 0; i < 10; ++i) {
        if (b.guard.next(user, wrong, b.now.boot, probe_word::answers, true).what == advice::go)
            b.log_in(wrong, "scope");
    }
    EXPECT_EQ(b.logins, 4);
}

TEST(LockoutGuard, FailureWhileSettlingLeavesTheSettlingToTheNextLogin) {
    bench b;
    b.misspelt = {"misspelt"};
    b.log_in(right, "misspelt");
    EXPECT_EQ(b.guard.next(user, right, b.now.boot).what, advice::settle_first);
    b.iam = bench::loses_answers;
    EXPECT_EQ(b.fetch(right, "scope"), "failed");
    b.step(2s);
    EXPECT_EQ(b.permit(right).what, advice::settle_first);
    b.iam = bench::up;
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
    b.step(2s);
    EXPECT_EQ(b.fetch(wrong, "scope"), "rejected");
    EXPECT_EQ(b.logins, 1);
}

TEST(LockoutGuard, KillsDuringLoginsDoNotRejectTheRightPassword) {
    bench b;
    for (int i = 0; i < 3; ++i) {
        b.guard.sending(user, right, b.now.boot);
        b.restart();
    }
    b.step(200s);
    EXPECT_EQ(b.fetch(right, "scope"), "token");
    EXPECT_EQ(b.guard.recent_attempts(user, b.now.boot), 0U) << "a success clears the account";
}

TEST(LockoutGuard, KillsDuringLoginsCountInTheWindow) {
    bench b;
    for (int i = 0; i < 4; ++i) {
        ASSERT_NE(b.guard.next(user, right, b.now.boot).what, advice::rejected);
        b.guard.sending(user, right, b.now.boot);
        b.restart();
    }
    EXPECT_EQ(b.fetch(right, "scope"), "failed");
    EXPECT_EQ(b.retry_after, std::optional<duration>(15min));
}

TEST(LockoutGuard, LoginsThatWereTurnedAwayUnjudgedDoNotCount) {
    bench b;
    for (login_end how : {login_end::unjudged, login_end::unsent, login_end::unreachable}) {
        for (int i = 0; i < 10; ++i) {
            b.guard.sending(user, right, b.now.boot);
            b.guard.end(user, right, how, b.now.boot);
        }
        EXPECT_EQ(b.guard.recent_attempts(user, b.now.boot), 0U);
    }
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
