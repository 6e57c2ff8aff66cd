// Refused tokens: dropped at once when that helps, kept when more logins would only feed a loop.
#include "daemon/core/lifecycle.hpp"

#include "tests/unit/core/make_token.hpp"

#include <gtest/gtest.h>

using namespace tokenward;
using namespace tokenward::testing;

namespace {

class Damping : public ::testing::Test {
  protected:
    void fetch() {
        ASSERT_EQ(life_.get({}, now, ++last).kind, step_kind::start_fetch);
        life_.fetched(last, good(std::to_string(++generation), now), now, 0.0);
    }
    report_step report() { return life_.report("sha256:" + std::to_string(generation), now, ++last); }
    report_step iam_says(validity v) { return life_.validated(life_.validation_under_way(), v, now); }

    instant now = t0;
    ticket last = 0;
    int generation = 0;
    lifecycle life_{true, t0};
};

} // namespace

TEST_F(Damping, AFirstRefusalIsBelieved) {
    fetch();
    now += 30min;
    EXPECT_EQ(report().kind, report_result::invalidated);
    EXPECT_EQ(life_.serveable(now), nullptr);
}

TEST_F(Damping, ALateRefusalOfTheOldTokenLeavesTheNewOne) {
    fetch();
    now += 600s;
    ASSERT_EQ(report().kind, report_result::invalidated);
    fetch();
    EXPECT_EQ(life_.report("sha256:1", now, ++last).kind, report_result::already_replaced);
    EXPECT_NE(life_.serveable(now), nullptr);
}

TEST_F(Damping, BeforeASecondLoginInARowTheIamIsAskedAndALivingTokenIsKept) {
    fetch();
    now += 600s;
    report();
    fetch();
    now += 1s;
    EXPECT_EQ(report().kind, report_result::validate);
    EXPECT_EQ(report().kind, report_result::wait_validation);
    EXPECT_EQ(iam_says(validity::alive).kind, report_result::damped);
    EXPECT_EQ(report().kind, report_result::damped) << "without asking the IAM again";
    EXPECT_NE(life_.serveable(now), nullptr);
}

TEST_F(Damping, ATokenThatIsDeadAtTheIamIsReplaced) {
    fetch();
    now += 600s;
    report();
    fetch();
    ASSERT_EQ(report().kind, report_result::validate);
    EXPECT_EQ(iam_says(validity::dead).kind, report_result::invalidated);
    EXPECT_EQ(life_.serveable(now), nullptr);
}

TEST_F(Damping, AnIamThatCannotBeAskedKeepsTheToken) {
    fetch();
    report();
    fetch();
    ASSERT_EQ(report().kind, report_result::validate);
    EXPECT_EQ(iam_says(validity::unknown).kind, report_result::damped);
}

// A service in another region refuses every token for half an hour, ten times a second: 401 forever although
// every login works.
TEST_F(Damping, AServiceThatRefusesEverythingCostsOneExtraLoginAndAFewQuestions) {
    fetch();
    now += 600s;
    int logins = 0;
    int questions = 0;
    for (instant end = now + 30min; now < end; now += 100ms) {
        auto r = report();
        if (r.kind == report_result::validate) {
            ++questions;
            r = iam_says(validity::alive);
        }
        if (r.kind != report_result::invalidated) continue;
        ++logins;
        fetch();
    }
    EXPECT_EQ(logins, 1);
    EXPECT_LE(questions, 30 * 60 / 5) << "one in five seconds";
}

// Many false reports, and then a true one: it isn't late by more than the pause between two questions.
TEST_F(Damping, ATokenThatDiesAfterManyFalseReportsGoesWithinFiveSeconds) {
    fetch();
    now += 600s;
    report();
    fetch();
    for (instant end = now + 10min; now < end; now += 1s)
        if (report().kind == report_result::validate) iam_says(validity::alive);
    const instant dies = now;
    for (; life_.serveable(now) != nullptr && now < dies + 60s; now += 100ms) {
        auto r = report();
        if (r.kind == report_result::validate) r = iam_says(validity::dead);
        if (r.kind == report_result::damped) {
            EXPECT_LE(r.retry_after, 5s);
        }
    }
    EXPECT_LE(now - dies, 5s);
    EXPECT_EQ(life_.get({}, now, ++last).kind, step_kind::start_fetch) << "it lived for long: no pause";
}

TEST_F(Damping, TheIamsWordAboutATokenDampsNoWordAboutTheNext) {
    fetch();
    now += 600s;
    report();
    fetch();
    report();
    ASSERT_EQ(iam_says(validity::alive).kind, report_result::damped);
    ASSERT_EQ(life_.renew(now, ++last).kind, step_kind::start_fetch);
    life_.fetched(last, good(std::to_string(++generation), now), now, 0.0);
    EXPECT_EQ(report().kind, report_result::validate);
}

TEST_F(Damping, AnIamThatCannotBeAskedIsAskedAgainAfterFiveSeconds) {
    fetch();
    report();
    fetch();
    ASSERT_EQ(report().kind, report_result::validate);
    iam_says(validity::unknown);
    now += 4999ms;
    const report_step damped = report();
    EXPECT_EQ(damped.kind, report_result::damped);
    EXPECT_EQ(damped.retry_after, 1s);
    now += 1ms;
    EXPECT_EQ(report().kind, report_result::validate);
}

// Who may cause no login has the IAM asked, and its word is no reason to doubt that of others.
TEST_F(Damping, AWordThatMayCauseNoLoginIsAQuestion) {
    fetch();
    now += 600s;
    auto doubt = [&] { return life_.report("", now, ++last, report_effect::validation); };
    EXPECT_EQ(life_.last_validation(), instant::min());
    ASSERT_EQ(doubt().kind, report_result::validate);
    EXPECT_EQ(life_.last_validation(), now);
    EXPECT_EQ(iam_says(validity::alive).kind, report_result::damped);
    ASSERT_EQ(doubt().kind, report_result::validate);
    EXPECT_EQ(iam_says(validity::dead).kind, report_result::invalidated);
    fetch();
    now += 600s;
    ASSERT_EQ(doubt().kind, report_result::validate);
    EXPECT_EQ(iam_says(validity::alive).kind, report_result::damped);
    EXPECT_EQ(report().kind, report_result::invalidated);
}

TEST_F(Damping, ADeadTokenIsGoneAtOnceAlsoIfItIsTheSecondInARow) {
    fetch();
    for (int i = 0; i < 3; ++i) {
        if (report().kind == report_result::validate) {
            EXPECT_EQ(iam_says(validity::dead).kind, report_result::invalidated);
        }
        EXPECT_EQ(life_.serveable(now), nullptr);
        if (i < 2) fetch();
    }
    EXPECT_EQ(life_.get({.max_wait = 0s}, now, ++last).error.code, errc::iam_unavailable);
    EXPECT_EQ(life_.get({}, now, ++last).kind, step_kind::wait) << "the next login has its pause";
    now = life_.next_deadline(now);
    EXPECT_EQ(now, t0 + 1s);
    EXPECT_EQ(life_.due(now, ++last), due_kind::fetch);
}

TEST_F(Damping, AnIamThatMintsDeadTokensGetsNoLoginPerReport) {
    fetch();
    int logins = 0;
    for (instant end = now + 60s; now < end; now += 10ms) {
        if (report().kind == report_result::validate) {
            EXPECT_EQ(iam_says(validity::dead).kind, report_result::invalidated);
        }
        if (life_.get({.max_wait = 0s}, now, ++last).kind != step_kind::start_fetch) continue;
        ++logins;
        life_.fetched(last, good(std::to_string(++generation), now), now, 0.0);
    }
    EXPECT_LE(logins, 9); // 1, 1, then after 1, 2, 4, 8 … s
    EXPECT_GE(logins, 5);
}

TEST_F(Damping, TheRefusedTokenGivenOnceMoreIsNotServed) {
    fetch();
    now += 600s;
    report();
    life_.get({}, now, ++last);
    EXPECT_EQ(life_.fetched(last, good("1", now), now, 0.0), lifecycle::fetch_outcome::failed);
    EXPECT_EQ(life_.serveable(now), nullptr);
}

TEST_F(Damping, ARefusalWithoutAFingerprintMeansTheCurrentToken) {
    fetch();
    EXPECT_EQ(life_.report("", now, ++last).kind, report_result::invalidated);
    EXPECT_EQ(life_.report("", now, ++last).kind, report_result::nothing_held);
}

namespace {

class RoutineValidation : public Damping {
  protected:
    RoutineValidation() { life_.validate_every(10min, now); }
    due_kind due() { return life_.due(now, ++last); }
};

} // namespace

TEST_F(RoutineValidation, AsksNowAndThenWhileATokenIsHeld) {
    EXPECT_EQ(due(), due_kind::fetch) << "there is nothing to ask about yet";
    life_.fetched(last, good(std::to_string(++generation), now), now, 0.0);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(due(), due_kind::nothing);
        now = life_.next_deadline(now);
        EXPECT_EQ(now, t0 + (i + 1) * 10min);
        EXPECT_EQ(due(), due_kind::validate);
        EXPECT_EQ(due(), due_kind::nothing) << "one question at a time";
        iam_says(i == 1 ? validity::unknown : validity::alive);
        EXPECT_NE(life_.serveable(now), nullptr);
    }
    EXPECT_EQ(report().kind, report_result::invalidated) << "it damps no refusal";
}

TEST_F(RoutineValidation, FindsARevokedTokenBeforeACallerDoes) {
    fetch();
    now += 10min;
    ASSERT_EQ(due(), due_kind::validate);
    EXPECT_EQ(iam_says(validity::dead).kind, report_result::invalidated);
    EXPECT_EQ(life_.serveable(now), nullptr);
    EXPECT_EQ(due(), due_kind::fetch) << "a configured scope is always to have a token";
}

TEST_F(RoutineValidation, ARefusalThatComesMeanwhileIsJudgedByTheSameAnswer) {
    fetch();
    now += 10min;
    ASSERT_EQ(due(), due_kind::validate);
    EXPECT_EQ(report().kind, report_result::wait_validation);
    EXPECT_EQ(iam_says(validity::alive).kind, report_result::damped);
    EXPECT_EQ(report().kind, report_result::damped) << "as after any validation of a refused token";
}

TEST_F(RoutineValidation, ARenewalComesFirst) {
    fetch();
    now = t0 + 2400s;
    EXPECT_EQ(due(), due_kind::fetch);
}
