// Each time and bound in a credential's life, one tick before it, at it, and after it.
#include "tests/unit/core/lifecycle_fixture.hpp"

using namespace tokenward;
using namespace tokenward::testing;

namespace {

constexpr duration tick = 1ns;

class LifecycleBounds : public Lifecycle {
  protected:
    void fetch(const std::string& name, duration life = 3600s) {
        ASSERT_EQ(get().kind, step_kind::start_fetch);
        ASSERT_EQ(end(good(name, now, life)), lifecycle::fetch_outcome::token);
    }
    /// A token that came with the date `iam`, and the end that it has once the IAM says `later`, now.
    instant end_after_dates(wall_time iam, wall_time later) {
        life_ = lifecycle(true, now);
        get();
        auto dated = make_token("dated", now, 24h * 400);
        dated->iam_date = iam;
        end({.outcome = std::move(dated)});
        life_.observe_iam_clock(later, now);
        return life_.status(now).expires;
    }
    report_result refuse() { return life_.report({}, now, ++last).kind; }
};

} // namespace

TEST_F(LifecycleBounds, ATokenMustHaveASecondLeftWhenItComes) {
    get();
    EXPECT_EQ(end(good("too late", now, 1s - tick)), lifecycle::fetch_outcome::failed);
    now += 1s;
    get();
    EXPECT_EQ(end(good("just", now, 1s)), lifecycle::fetch_outcome::token);
    EXPECT_NE(life_.serveable(now), nullptr);
    EXPECT_EQ(life_.serveable(now + tick), nullptr);
}

TEST_F(LifecycleBounds, NothingIsDueUntilTheTickAfterATokensLastSecondBegins) {
    get();
    auto given = good("given", now, 100s);
    std::get<std::shared_ptr<credential>>(given.outcome)->renewable = false;
    end(std::move(given));
    now = t0 + 99s;
    EXPECT_EQ(due(), due_kind::nothing);
    EXPECT_NE(life_.held(), nullptr);
    EXPECT_EQ(life_.next_deadline(now), now + tick);
    now += tick;
    EXPECT_EQ(due(), due_kind::fetch);
    EXPECT_EQ(life_.held(), nullptr);
}

TEST_F(LifecycleBounds, ARenewalBeginsAtItsTimeAndIsLateFromThenOn) {
    hold();
    now = t0 + 2400s - tick;
    EXPECT_EQ(due(), due_kind::nothing);
    now += tick;
    ASSERT_EQ(due(), due_kind::fetch);
    end(bad());
    EXPECT_EQ(life_.status(now).state, key_state::stale);
    EXPECT_EQ(life_.status(now).next_try, now + 1s);
}

TEST_F(LifecycleBounds, AFailureBeforeTheRenewalsTimeIsNoStaleTokenUntilThatTime) {
    hold();
    now = t0 + 2400s - 10s;
    ASSERT_EQ(life_.renew(now, ++last).kind, step_kind::start_fetch);
    end({.outcome = fetch_failure{{errc::iam_unavailable, "busy", 60s}}});
    now = t0 + 2400s - tick;
    EXPECT_EQ(life_.status(now).state, key_state::valid);
    EXPECT_FALSE(life_.status(now).next_try);
    now += tick;
    EXPECT_EQ(life_.status(now).state, key_state::stale);
    EXPECT_EQ(life_.status(now).next_try, t0 + 2450s);
    now = t0 + 2450s - tick;
    EXPECT_EQ(due(), due_kind::nothing);
    now += tick;
    EXPECT_EQ(due(), due_kind::fetch);
}

TEST_F(LifecycleBounds, AfterAFailureAFetchBeginsAtTheNextTryAndNotBefore) {
    get();
    end(bad());
    now = t0 + 1s - tick;
    EXPECT_EQ(get({.max_wait = 0s}).kind, step_kind::fail);
    EXPECT_EQ(get({.max_wait = 0s}).error.retry_after, 1s) << "a part of a second counts as one";
    EXPECT_EQ(life_.held_back_until(), t0 + 1s);
    now += tick;
    EXPECT_EQ(get({.max_wait = 0s}).kind, step_kind::start_fetch);
}

TEST_F(LifecycleBounds, ARememberedFailureIsGoneAtItsEnd) {
    get();
    end(bad(errc::unknown_scope, retry_rule::remember));
    const instant until = *life_.held_back_until();
    ASSERT_TRUE(life_.remembered(until - tick));
    EXPECT_EQ(life_.remembered(until - tick)->next_try, until);
    EXPECT_FALSE(life_.remembered(until));
}

TEST_F(LifecycleBounds, AMinTtlOfTheWholeLifeIsMetByANewTokenAlone) {
    hold();
    EXPECT_EQ(get({.min_ttl = 3600s}).kind, step_kind::serve);
    now += tick;
    EXPECT_EQ(get({.min_ttl = 3600s}).error.code, errc::bad_request);
    EXPECT_EQ(get({.min_ttl = 3599s}).kind, step_kind::serve);
}

TEST_F(LifecycleBounds, AMinTtlOfTheWholeLifeIsRefusedAlsoWhereNothingIsHeld) {
    fetch("short", 100s);
    now += 100s;
    EXPECT_EQ(get({.min_ttl = 100s}).error.code, errc::bad_request);
    EXPECT_EQ(get({.min_ttl = 99s}).kind, step_kind::start_fetch);
}

TEST_F(LifecycleBounds, AMinTtlBringsANewTokenOnceInAQuarterOfTheLife) {
    hold();
    now += 2s;
    ASSERT_EQ(get({.min_ttl = 3599s}).kind, step_kind::start_fetch);
    const instant brought = now;
    end(good("two", now));
    now = brought + 900s - tick;
    const problem early = get({.min_ttl = 3599s}).error;
    EXPECT_EQ(early.code, errc::too_many_requests);
    EXPECT_EQ(early.retry_after, 1s);
    now += tick;
    EXPECT_EQ(get({.min_ttl = 3599s}).kind, step_kind::start_fetch);
}

TEST_F(LifecycleBounds, OnlyAMinTtlCountsForTheNextOne) {
    hold();
    now = t0 + 2400s;
    ASSERT_EQ(due(), due_kind::fetch); // a renewal in its time
    end(good("two", now));
    now += 10s;
    ASSERT_EQ(life_.renew(now, ++last).kind, step_kind::start_fetch);
    end(good("three", now));
    now += 10s;
    EXPECT_EQ(get({.min_ttl = 3599s}).kind, step_kind::start_fetch);
    end(good("four", now));
    EXPECT_EQ(life_.renew(now, ++last).kind, step_kind::start_fetch) << "the last one is 10 s ago";
}

TEST_F(LifecycleBounds, AnEntryWithoutATokenIsGivenUpFiveMinutesAfterTheLastQuestion) {
    life_ = lifecycle(false, now);
    get({.max_wait = 0s});
    end(bad());
    EXPECT_EQ(life_.next_deadline(now), t0 + 5min);
    now = t0 + 5min - tick;
    EXPECT_EQ(due(), due_kind::nothing);
    now += tick;
    EXPECT_EQ(due(), due_kind::retire);
}

TEST_F(LifecycleBounds, AnEntryThatNobodyHasAskedForInTwoLivesIsGivenUpInsteadOfRenewed) {
    for (const instant asked : {t0, t0 + tick}) {
        now = t0;
        life_ = lifecycle(false, now);
        hold();
        ASSERT_NE(life_.serveable(asked), nullptr);
        for (now = t0 + 2400s; now < t0 + 7200s; now += 2400s) {
            ASSERT_EQ(due(), due_kind::fetch);
            life_.fetched(last, good(std::to_string(last), now), now, 0.0);
        }
        lifecycle looked_at_late = life_;
        EXPECT_EQ(looked_at_late.due(now + tick, ++last), due_kind::retire);
        EXPECT_EQ(due(), asked == t0 ? due_kind::retire : due_kind::fetch);
    }
}

TEST_F(LifecycleBounds, AnEntryMayMakeRoomOnceNobodyWaitsAnyMore) {
    life_ = lifecycle(false, now);
    EXPECT_TRUE(life_.evictable(now));
    get();
    EXPECT_FALSE(life_.evictable(now)) << "a fetch is under way";
    end(bad());
    EXPECT_TRUE(life_.evictable(now));
    ASSERT_EQ(get({.max_wait = 1s}).kind, step_kind::wait);
    EXPECT_FALSE(life_.evictable(now + 1s)) << "at the time of the try that is waited for";
    EXPECT_TRUE(life_.evictable(now + 1s + tick));
    life_.abandoned();
    EXPECT_TRUE(life_.evictable(now));
    life_.configure(true);
    EXPECT_FALSE(life_.evictable(now + 1h));
}

// The IAM's clock went further than ours between two answers.
TEST_F(LifecycleBounds, APauseOfTheMachineIsOneAboveTenSecondsAndUpToAYear) {
    const wall_time date(1'000'000s);
    const instant whole = t0 + 24h * 400;
    EXPECT_EQ(end_after_dates(date, date + 10s), whole);
    EXPECT_EQ(end_after_dates(date, date + 10s + 1us), whole - 10s - 1us);
    EXPECT_EQ(end_after_dates(date, date + 24h * 366), whole - 24h * 366);
    EXPECT_EQ(end_after_dates(date, date + 24h * 366 + 1us), whole) << "it is a clock that is wrong";
    EXPECT_EQ(end_after_dates(date, date - 1h), whole);
}

TEST_F(LifecycleBounds, AShorterPauseThanOneThatIsKnownChangesNothing) {
    const wall_time date(1'000'000s);
    const instant known = end_after_dates(date, date + 2h);
    const instant renews = *life_.status(now).renews;
    now += 5s;
    life_.observe_iam_clock(date + 1h + 5s, now);
    EXPECT_EQ(life_.status(now).expires, known);
    EXPECT_EQ(life_.status(now).renews, renews);
}

TEST_F(LifecycleBounds, ARefusalIsInARowForFiveMinutesOrHalfTheLife) {
    for (const auto& [life, calm] : {std::pair<duration, duration>(3600s, 5min), {100s, 50s}}) {
        for (const bool in_a_row : {true, false}) {
            life_ = lifecycle(true, now);
            fetch("one", life);
            ASSERT_EQ(refuse(), report_result::invalidated);
            const instant before = now;
            now = before + calm - (in_a_row ? tick : 0ns);
            fetch("two", life);
            EXPECT_EQ(refuse(), in_a_row ? report_result::validate : report_result::invalidated);
            now += 1h;
        }
    }
}

// The third dead token in a row, and those after it, are replaced after a pause that is counted from when
// they were made.
TEST_F(LifecycleBounds, ATokenThatWasDeadAtOnceIsReplacedAfterItsPause) {
    const auto die = [&](const std::string& name) {
        fetch(name);
        if (refuse() == report_result::validate)
            life_.validated(life_.validation_under_way(), validity::dead, now);
        EXPECT_EQ(life_.serveable(now), nullptr);
    };
    die("one");
    die("two");
    die("three");
    EXPECT_EQ(life_.held_back_until(), now + 1s);
    now += 1s;
    die("four");
    EXPECT_EQ(life_.held_back_until(), now + 2s);
    now += 2s - tick;
    EXPECT_EQ(get({.max_wait = 0s}).error.code, errc::iam_unavailable);
    now += tick;
    EXPECT_EQ(get().kind, step_kind::start_fetch);
}

TEST_F(LifecycleBounds, ADeadTokenThatIsAsOldAsThePauseIsReplacedAtOnce) {
    for (const bool old_enough : {true, false}) {
        life_ = lifecycle(true, now);
        for (const char* name : {"one", "two"}) {
            fetch(name);
            refuse();
            life_.validated(life_.validation_under_way(), validity::dead, now);
        }
        fetch("three");
        now += 1s - (old_enough ? 0ns : tick);
        ASSERT_EQ(refuse(), report_result::validate);
        life_.validated(life_.validation_under_way(), validity::dead, now);
        EXPECT_EQ(life_.status(now).last_error == nullptr, old_enough);
        EXPECT_EQ(get({.max_wait = 0s}).kind, old_enough ? step_kind::start_fetch : step_kind::fail);
        now += 1h;
    }
}

TEST_F(LifecycleBounds, ARoutineQuestionIsAskedWhenItIsDueAndThePauseBeginsThen) {
    life_.validate_every(10min, now);
    hold();
    now = t0 + 10min - tick;
    EXPECT_EQ(due(), due_kind::nothing);
    now += 10s;
    ASSERT_EQ(due(), due_kind::validate);
    EXPECT_EQ(life_.last_validation(), now);
    life_.validated(life_.validation_under_way(), validity::alive, now);
    EXPECT_EQ(life_.next_deadline(now), now + 10min);
    life_.validate_every(0s, now);
    EXPECT_EQ(life_.next_deadline(now), t0 + 2400s) << "none is asked any more";
}
