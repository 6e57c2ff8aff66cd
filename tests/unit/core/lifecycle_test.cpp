// One key's life at stepped time: what is served, when the IAM is asked, and what a failure does not break.
#include "tests/unit/core/lifecycle_fixture.hpp"

using namespace tokenward;
using namespace tokenward::testing;

TEST_F(Lifecycle, TheFirstCallerStartsAFetchAndTheOthersWait) {
    EXPECT_EQ(get().kind, step_kind::start_fetch);
    for (int i = 0; i < 500; ++i) EXPECT_EQ(get().kind, step_kind::wait);
}

TEST_F(Lifecycle, AHeldTokenIsServedUntilOneSecondBeforeItsEnd) {
    hold();
    now = t0 + 3599s;
    EXPECT_EQ(get().kind, step_kind::serve);
    now += 1ns;
    EXPECT_EQ(get().kind, step_kind::start_fetch);
    EXPECT_EQ(life_.held(), nullptr) << "an expired token is wiped, not kept";
}

TEST_F(Lifecycle, TheLifeIsCountedFromBeforeTheRequest) {
    get();
    now += 20s; // the IAM took its time
    EXPECT_EQ(end(good("slow", t0, 60s)), lifecycle::fetch_outcome::token);
    now = t0 + 59s + 1ns;
    EXPECT_EQ(life_.serveable(now), nullptr);
}

TEST_F(Lifecycle, ATokenMaySayItselfWhenItIsDue) {
    get();
    auto attended = good("attended", now, 3600s);
    auto& t = *std::get<std::shared_ptr<credential>>(attended.outcome);
    t.renew_ahead = 900s;
    end(std::move(attended));
    EXPECT_EQ(life_.next_deadline(now), t0 + 2700s) << "a person is asked a quarter of the life ahead";
}

TEST_F(Lifecycle, ATokenThatIsNotRenewableIsServedToItsEndAndNeverDue) {
    get();
    auto given = good("given", now, 3600s);
    std::get<std::shared_ptr<credential>>(given.outcome)->renewable = false;
    end(std::move(given));
    EXPECT_EQ(life_.status(now).renews, std::nullopt);
    EXPECT_EQ(life_.next_deadline(now), t0 + 3599s + 1ns);
}

TEST_F(Lifecycle, IsRenewedOnceAtTwoThirdsWhileTheOldTokenIsServed) {
    hold();
    now = life_.next_deadline(now);
    EXPECT_EQ(now, t0 + 2400s);
    EXPECT_EQ(due(), due_kind::fetch);
    EXPECT_EQ(due(), due_kind::nothing);
    EXPECT_EQ(get().served->fingerprint, "sha256:one");
    EXPECT_EQ(end(good("two", now)), lifecycle::fetch_outcome::token);
    EXPECT_EQ(get().served->fingerprint, "sha256:two");
}

TEST_F(Lifecycle, AFailedRenewalKeepsTheValidToken) {
    hold();
    now = t0 + 2400s;
    ASSERT_EQ(due(), due_kind::fetch);
    EXPECT_EQ(end(bad()), lifecycle::fetch_outcome::failed);
    EXPECT_EQ(get().kind, step_kind::serve);
    EXPECT_EQ(life_.status(now).state, key_state::stale);
}

TEST_F(Lifecycle, ARefusedCredentialKeepsTheValidToken) {
    hold();
    now = t0 + 2400s;
    ASSERT_EQ(due(), due_kind::fetch);
    end(bad(errc::credential_rejected, retry_rule::rearm));
    EXPECT_EQ(get().kind, step_kind::serve);
    now = t0 + 3000s;
    EXPECT_EQ(due(), due_kind::nothing);
}

// The IAM is away from 2/3 of the life on: every get is served to the end, tries are spaced, the last one
// just before it.
TEST_F(Lifecycle, WhileTheIamIsAwayTheOldTokenIsServedToItsEndAndTriesAreSpaced) {
    hold();
    int tries = 0;
    instant last_try{};
    for (now = t0 + 2400s; now <= t0 + 3599s; now += 100ms) {
        ASSERT_EQ(get().kind, step_kind::serve) << whole_seconds(now - t0).count();
        if (due() != due_kind::fetch) continue;
        ASSERT_GE(now - last_try, 1s);
        last_try = now;
        ++tries;
        end(bad());
    }
    EXPECT_LE(tries, 14);
    EXPECT_GE(last_try, t0 + 3597s);
    now = t0 + 3600s;
    if (due() == due_kind::fetch) end(bad());
    step s = get({.max_wait = 0s});
    EXPECT_EQ(s.kind, step_kind::fail);
    EXPECT_EQ(s.error.code, errc::iam_unavailable);
    EXPECT_TRUE(s.error.retry_after.has_value());
}

TEST_F(Lifecycle, DuringBackOffACallerIsRefusedUnlessHisPatienceReachesTheNextTry) {
    get();
    end({.outcome = fetch_failure{{errc::iam_unavailable, "busy", 20s}}});
    step hurried = get({.max_wait = 19s});
    EXPECT_EQ(hurried.kind, step_kind::fail);
    EXPECT_EQ(hurried.error.retry_after, 20s);
    EXPECT_EQ(get({.max_wait = 20s}).kind, step_kind::wait);
    now += 20s;
    EXPECT_EQ(due(), due_kind::fetch);
}

TEST_F(Lifecycle, ACachedErrorDoesNotOutliveItsBackOff) {
    get();
    end(bad());
    now += 1s;
    EXPECT_EQ(get().kind, step_kind::start_fetch);
}

TEST_F(Lifecycle, ALateResultAfterAnInvalidationIsDropped) {
    hold();
    now = t0 + 2400s;
    ASSERT_EQ(due(), due_kind::fetch);
    ticket late = life_.fetch_under_way();
    EXPECT_EQ(life_.report("sha256:one", now, ++last).kind, report_result::invalidated);
    EXPECT_EQ(life_.fetched(late, good("late", now), now, 0.0), lifecycle::fetch_outcome::dropped);
    EXPECT_EQ(life_.serveable(now), nullptr);
}

TEST_F(Lifecycle, ATokenThatHadEndedWhenItCameIsAFailureWithABackOff) {
    get();
    EXPECT_EQ(end(good("stillborn", now, 500ms)), lifecycle::fetch_outcome::failed);
    EXPECT_EQ(get({.max_wait = 0s}).error.code, errc::iam_protocol);
}

TEST_F(Lifecycle, ARetryThatACallerWaitsForDoesNotWaitForTheRenewal) {
    hold();
    now += 60s;
    get({.min_ttl = 3590s});
    end(bad());
    ASSERT_EQ(get({.min_ttl = 3590s}).kind, step_kind::wait);
    EXPECT_EQ(life_.next_deadline(now), now + 1s);
    now += 1s;
    EXPECT_EQ(due(), due_kind::fetch);
}

TEST_F(Lifecycle, AFailedForcedRenewalLeavesAValidTokenThatIsRenewedInItsTime) {
    hold();
    now += 60s;
    ASSERT_EQ(life_.renew(now, ++last).kind, step_kind::start_fetch);
    end(bad());
    now += 30s;
    key_status s = life_.status(now);
    EXPECT_EQ(s.state, key_state::valid);
    EXPECT_FALSE(s.next_try);
    EXPECT_EQ(s.renews, t0 + 2400s);
    EXPECT_NE(s.last_error, nullptr);
    EXPECT_EQ(life_.renew(now, ++last).kind, step_kind::start_fetch)
        << "no token came: it may be tried again";
    end(bad(errc::credential_rejected, retry_rule::rearm));
    EXPECT_EQ(life_.status(now).state, key_state::stale) << "nothing will renew it by itself";
}

TEST_F(Lifecycle, ForcedRenewalsAreRateLimited) {
    hold();
    EXPECT_EQ(life_.renew(now, ++last).kind, step_kind::start_fetch);
    end(good("two", now));
    now += 4s;
    const problem refused = life_.renew(now, ++last).error;
    EXPECT_EQ(refused.code, errc::too_many_requests);
    EXPECT_EQ(refused.retry_after, 6s);
    now += 6s - 1ns;
    EXPECT_EQ(life_.renew(now, ++last).error.code, errc::too_many_requests);
    now += 1ns;
    EXPECT_EQ(life_.renew(now, ++last).kind, step_kind::start_fetch);
}

TEST_F(Lifecycle, SuspendCountsAndAWakenedMachineFetchesAtOnce) {
    hold();
    now = t0 + 30h; // CLOCK_BOOTTIME went on
    EXPECT_EQ(due(), due_kind::fetch);
    EXPECT_EQ(get().kind, step_kind::wait);
}

TEST_F(Lifecycle, APausedMachineRenewsAtOnceAndTheIamsDateEndsWhatHasEnded) {
    get();
    auto t = make_token("one", now);
    t->iam_date = wall_time(1'000'000s);
    end({.outcome = std::move(t)});
    now += 10s; // ours: the machine stood still for two hours in between
    life_.clock_jumped(now);
    EXPECT_EQ(life_.next_deadline(now), now);
    EXPECT_EQ(get().kind, step_kind::serve) << "until the IAM has said what time it is";
    life_.observe_iam_clock(wall_time(1'000'000s + 2h), now);
    EXPECT_EQ(life_.serveable(now), nullptr);
}

// Two machines that were paused alike: one is told by its own clocks, the other by the IAM's date alone.
TEST_F(Lifecycle, WhatIsLeftAfterAPauseThatTheIamsDateShowsIsRenewedAtOnce) {
    get();
    auto t = make_token("one", now);
    t->iam_date = wall_time(1'000'000s);
    end({.outcome = std::move(t)});
    now += 10s;
    life_.observe_iam_clock(wall_time(1'000'000s + 10s + 30min), now);
    EXPECT_EQ(life_.status(now).expires, t0 + 30min);
    EXPECT_EQ(life_.status(now).renews, now);
    EXPECT_EQ(due(), due_kind::fetch);
    EXPECT_EQ(life_.status(now).state, key_state::renewing);
}

TEST_F(Lifecycle, AJumpOfTheClockBringsARenewalForwardAndNeverPutsOneOff) {
    hold();
    now = t0 + 2500s; // due since 100 s
    life_.clock_jumped(now);
    EXPECT_EQ(life_.status(now).renews, t0 + 2400s);
}

TEST_F(Lifecycle, AJumpOfTheClockEndsABackOffButNotWhatTheIamHasDecided) {
    get();
    end(bad());
    life_.clock_jumped(now);
    EXPECT_EQ(due(), due_kind::fetch);
    end(bad(errc::unknown_scope, retry_rule::remember));
    life_.clock_jumped(now);
    EXPECT_EQ(due(), due_kind::nothing);
}

TEST_F(Lifecycle, AFirstFetchIsShownAsOne) {
    EXPECT_EQ(life_.status(now).state, key_state::waiting);
    get();
    EXPECT_EQ(life_.status(now).state, key_state::fetching);
}

TEST_F(Lifecycle, AGatewaysWrongDateChangesNothing) {
    get();
    auto t = make_token("one", now);
    t->iam_date = wall_time(1'000'000s); // hours off, but steadily so
    end({.outcome = std::move(t)});
    now += 600s;
    life_.observe_iam_clock(wall_time(1'000'609s), now);
    EXPECT_EQ(life_.status(now).expires, t0 + 3600s);
}

// As a broken clock or a gateway may say: the first day that there is, the last one in nanoseconds, the last
// one in four digits.
TEST_F(Lifecycle, ADateThatIsCenturiesOffEndsNoToken) {
    const std::vector<wall_time> absurd{wall_time{}, std::chrono::sys_days(std::chrono::year(2262) / 4 / 12),
                                        std::chrono::sys_days(std::chrono::year(9999) / 12 / 31),
                                        wall_time::min(), wall_time::max()};
    const wall_time right(1'800'000'000s);
    for (const wall_time& date : absurd) {
        for (const auto& [first, second] : {std::pair(right, date), std::pair(date, right)}) {
            life_ = lifecycle(true, now);
            ASSERT_EQ(get().kind, step_kind::start_fetch);
            auto t = make_token("one", now);
            t->iam_date = first;
            ASSERT_EQ(end({.outcome = std::move(t)}), lifecycle::fetch_outcome::token);
            now += 10s;
            life_.observe_iam_clock(second, now);
            EXPECT_NE(life_.serveable(now), nullptr) << date.time_since_epoch().count();
            EXPECT_EQ(due(), due_kind::nothing) << date.time_since_epoch().count();
        }
    }
}

TEST_F(Lifecycle, ARefusedCredentialIsTriedAgainOnlyWhenRearmed) {
    get();
    end(bad(errc::credential_rejected, retry_rule::rearm));
    for (now = t0; now < t0 + 48h; now += 17min) {
        EXPECT_EQ(due(), due_kind::nothing);
        EXPECT_EQ(get({.max_wait = 3600s}).error.code, errc::credential_rejected);
    }
    life_.rearm(now);
    EXPECT_EQ(due(), due_kind::fetch);
}
