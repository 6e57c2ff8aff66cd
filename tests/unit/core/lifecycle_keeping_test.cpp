// What of a token's life outlives a restart: kept at one moment, taken up by a new object at another.
#include "tests/unit/core/lifecycle_fixture.hpp"

using namespace tokenward;
using namespace tokenward::testing;

namespace {

class LifecycleKeeping : public Lifecycle {
  protected:
    /// As after a restart that took no time.
    void restart() {
        kept_life kept = life_.keep();
        life_ = lifecycle(true, now);
        life_.restore(std::move(kept), now);
    }
};

} // namespace

TEST_F(LifecycleKeeping, AKeptTokenIsServedAndRenewedWhenItWasDue) {
    hold();
    now += 600s;
    restart();
    ASSERT_EQ(get().kind, step_kind::serve);
    EXPECT_EQ(get().served->fingerprint, "sha256:one");
    EXPECT_EQ(life_.status(now).state, key_state::valid);
    EXPECT_EQ(life_.status(now).expires, t0 + 3600s);
    EXPECT_EQ(life_.next_deadline(now), t0 + 2400s);
    now = t0 + 2400s;
    EXPECT_EQ(due(), due_kind::fetch);
}

TEST_F(LifecycleKeeping, TheLifeThatTheIamGrantsIsKnownFromTheKeptToken) {
    hold();
    restart();
    now += 2400s;
    EXPECT_EQ(get({.min_ttl = 3600s}).error.code, errc::bad_request) << "no token lives so long";
}

TEST_F(LifecycleKeeping, ATokenThatEndedMeanwhileIsNotServed) {
    hold();
    kept_life kept = life_.keep();
    now = t0 + 3600s;
    life_ = lifecycle(true, now);
    life_.restore(std::move(kept), now);
    EXPECT_EQ(life_.serveable(now), nullptr);
    EXPECT_EQ(due(), due_kind::fetch) << "and a new one is due at once";
}

// As after observe_iam_clock: the IAM's clock had seen it end earlier than it says itself.
TEST_F(LifecycleKeeping, AnEndThatWasBroughtForwardStays) {
    hold();
    kept_life kept = life_.keep();
    kept.expires = t0 + 100s;
    life_ = lifecycle(true, now);
    life_.restore(std::move(kept), now);
    EXPECT_EQ(life_.status(now).expires, t0 + 100s);
}

TEST_F(LifecycleKeeping, NoKeptTimeMakesATokenLiveLongerThanItSays) {
    hold();
    kept_life kept = life_.keep();
    kept.expires = t0 + 24h;
    life_ = lifecycle(true, now);
    life_.restore(std::move(kept), now);
    EXPECT_EQ(life_.status(now).expires, t0 + 3600s);
}

TEST_F(LifecycleKeeping, ARefusedTokenDoesNotComeBack) {
    hold();
    kept_life before = life_.keep(); // what is kept of the moment before
    ASSERT_EQ(life_.report("", now, ++last).kind, report_result::invalidated);
    kept_life kept = life_.keep();
    EXPECT_EQ(kept.held, nullptr);
    EXPECT_EQ(kept.refused, "sha256:one");
    kept.held = before.held;
    life_ = lifecycle(true, now);
    life_.restore(std::move(kept), now);
    EXPECT_EQ(life_.serveable(now), nullptr);
    ASSERT_EQ(due(), due_kind::fetch);
    EXPECT_EQ(end(good("one", now)), lifecycle::fetch_outcome::failed) << "nor from the IAM";
}

// A restart is no way to have the IAM asked for more logins than damping lets.
TEST_F(LifecycleKeeping, ASecondRefusalInARowIsAQuestionAfterARestartToo) {
    hold();
    ASSERT_EQ(life_.report("", now, ++last).kind, report_result::invalidated);
    ASSERT_EQ(due(), due_kind::fetch);
    ASSERT_EQ(end(good("two", now)), lifecycle::fetch_outcome::token);
    restart();
    EXPECT_EQ(life_.report("", now, ++last).kind, report_result::validate);
}

TEST_F(LifecycleKeeping, RoutineQuestionsGoOnAfterARestart) {
    hold();
    kept_life kept = life_.keep();
    life_ = lifecycle(true, now);
    life_.validate_every(300s, now);
    life_.restore(std::move(kept), now);
    EXPECT_EQ(life_.next_deadline(now), now + 300s);
    now += 300s;
    EXPECT_EQ(due(), due_kind::validate);
}
