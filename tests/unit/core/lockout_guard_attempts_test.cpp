// What the guard remembers of each secret, and how an attempt grows old over a restart.
#include "daemon/core/lockout_guard.hpp"

#include <gtest/gtest.h>

namespace tokenward {
namespace {

using namespace std::chrono_literals;
using advice = login_permit::advice;

class LockoutGuardMemory : public ::testing::Test {
  protected:
    static constexpr secret_digest one{1};
    static constexpr secret_digest other{2};

    void end_login(const secret_digest& secret, login_end how) {
        guard.sending(user, secret, now.boot);
        guard.end(user, secret, how, now.boot);
    }
    void pass(duration time) {
        now.boot += time;
        now.wall += std::chrono::floor<wall_time::duration>(time);
    }
    /// Another boot: only the wall clock goes on.
    void reboot() {
        const guard_state kept = guard.save(now);
        now.boot = instant(1min);
        guard = {};
        guard.restore(kept, now);
    }

    const login_user user{"https://iam.example", "ci-bot@Default"};
    moment now{instant(1h), wall_time(24h * 20'000)};
    lockout_guard guard;
};

TEST_F(LockoutGuardMemory, AnAttemptGrowsOldOverARestart) {
    for (const secret_digest& secret : {one, other})
        for (int i = 0; i < 2; ++i) end_login(secret, login_end::refused);
    pass(10min);
    reboot();
    ASSERT_EQ(guard.recent_attempts(user, now.boot), 4U);
    const login_permit full = guard.next(user, secret_digest{3}, now.boot);
    EXPECT_EQ(full.what, advice::wait);
    EXPECT_EQ(full.retry_after, std::optional<duration>(5min));
    pass(5min);
    EXPECT_EQ(guard.recent_attempts(user, now.boot), 0U);
    EXPECT_EQ(guard.next(user, secret_digest{3}, now.boot).what, advice::go);
}

TEST_F(LockoutGuardMemory, AnAttemptThatIsTooOldIsNotSaved) {
    end_login(one, login_end::refused);
    pass(lockout_guard::attempt_window - 1us);
    ASSERT_EQ(guard.save(now).size(), 1U);
    EXPECT_EQ(guard.save(now)[0].attempts.size(), 1U);
    pass(1us);
    EXPECT_TRUE(guard.save(now)[0].attempts.empty());
    EXPECT_EQ(guard.save(now)[0].secrets.size(), 1U) << "what was refused stays refused";
}

TEST_F(LockoutGuardMemory, TheRefusalsOfEachSecretAreCountedByThemselves) {
    EXPECT_EQ(guard.refusals(user, one), 0U);
    end_login(one, login_end::refused);
    EXPECT_EQ(guard.refusals(user, one), 1U);
    EXPECT_EQ(guard.refusals(user, other), 0U);
    for (int i = 0; i < 3; ++i) end_login(one, login_end::refused);
    EXPECT_EQ(guard.refusals(user, one), lockout_guard::most_refusals);
    guard.forgive(user, one);
    EXPECT_EQ(guard.refusals(user, one), 0U);
    EXPECT_EQ(guard.recent_attempts(user, now.boot), 4U) << "the IAM has not forgotten them";
}

} // namespace
} // namespace tokenward
