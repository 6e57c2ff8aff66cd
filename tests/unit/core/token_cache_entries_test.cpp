// What the cache does for one entry beside fetches: finds it by id, asks about it, takes it up, begins it
// anew.
#include "tests/unit/core/token_cache_fixture.hpp"

using namespace tokenward;
using namespace tokenward::testing;

namespace {

class TokenCacheEntries : public TokenCache {
  protected:
    /// Held, refused once and replaced, so that the next refusal is a question to the IAM.
    cache_entry& doubted() {
        cache_entry& e = open("a", true);
        hold(e);
        EXPECT_EQ(cache.report(e, "", now).kind, report_result::invalidated);
        hold_as(e, "second");
        return e;
    }
};

} // namespace

TEST_F(TokenCacheEntries, OneIsFoundByItsIdUntilItIsForgotten) {
    cache_entry& a = open("a");
    const std::uint64_t id = a.id();
    cache_entry& b = open("b");
    EXPECT_EQ(cache.find(id), &a);
    EXPECT_EQ(cache.find(b.id()), &b);
    EXPECT_EQ(cache.ids_of("ci"), (std::vector{id, b.id()}));
    EXPECT_TRUE(cache.ids_of("other").empty());
    cache.forget(a);
    EXPECT_EQ(cache.find(id), nullptr);
    EXPECT_NE(open("a").id(), id) << "no id is used twice";
}

TEST_F(TokenCacheEntries, OpeningAKnownKeyGivesItsEntryAndCountsAsUse) {
    for (const char* name : {"a", "b", "c", "d"}) hold(open(name));
    cache_entry* a = cache.find({"ci", "a"});
    EXPECT_EQ(&open("a"), a);
    EXPECT_EQ(cache.size(), 4U);
    open("e");
    EXPECT_EQ(cache.find({"ci", "a"}), a);
    EXPECT_EQ(cache.find({"ci", "b"}), nullptr) << "the oldest now";
}

TEST_F(TokenCacheEntries, BegunAnewOneHoldsNothingAndWhatWasUnderWayIsDropped) {
    cache_entry& e = open("a", true);
    hold(e);
    const step renewal = cache.renew(e, now);
    ASSERT_EQ(renewal.kind, step_kind::start_fetch);
    cache.begin_anew(e, now);
    EXPECT_EQ(cache.serveable(e, now), nullptr);
    EXPECT_EQ(cache.fetched(renewal.id, good("late", now), now, 0.0).entry, nullptr);
    EXPECT_EQ(cache.serveable(e, now), nullptr);
    ASSERT_EQ(cache.take_due(now).fetches.size(), 1U) << "it is still configured";
}

TEST_F(TokenCacheEntries, ATokenThatTheIamCallsDeadIsGoneAndFetchedAgain) {
    cache_entry& e = doubted();
    const report_step question = cache.report(e, "", now);
    ASSERT_EQ(question.kind, report_result::validate);
    const auto [entry, next] = cache.validated(question.id, validity::dead, now);
    EXPECT_EQ(entry, &e);
    EXPECT_EQ(next.kind, report_result::invalidated);
    EXPECT_EQ(cache.serveable(e, now), nullptr);
    EXPECT_EQ(cache.next_deadline(), now);
    EXPECT_EQ(cache.entry_of(question.id), nullptr) << "an answer is taken once";
}

TEST_F(TokenCacheEntries, ATokenThatTheIamCallsAliveStays) {
    cache_entry& e = doubted();
    const report_step question = cache.report(e, "", now);
    EXPECT_EQ(cache.validated(question.id, validity::alive, now).second.kind, report_result::damped);
    EXPECT_NE(cache.serveable(e, now), nullptr);
}

// Whoever ends that fetch would bring a token that is older than the refusal.
TEST_F(TokenCacheEntries, AFetchThatBeganBeforeTheTokenWasCalledDeadIsForgotten) {
    cache_entry& e = doubted();
    const report_step question = cache.report(e, "", now);
    const step renewal = cache.renew(e, now);
    ASSERT_EQ(renewal.kind, step_kind::start_fetch);
    cache.validated(question.id, validity::dead, now);
    EXPECT_EQ(cache.entry_of(renewal.id), nullptr);
    EXPECT_EQ(cache.fetched(renewal.id, good("late", now), now, 0.0).entry, nullptr);
}

TEST_F(TokenCacheEntries, ARoutineQuestionIsDueAndItsAnswerIsTaken) {
    cache_entry& e = open("a", true);
    hold(e);
    cache.validate_every(e, 300s, now);
    EXPECT_EQ(cache.next_deadline(), now + 300s);
    now += 300s;
    const auto due = cache.take_due(now);
    EXPECT_TRUE(due.fetches.empty());
    ASSERT_EQ(due.validations.size(), 1U);
    EXPECT_EQ(due.validations[0].entry, &e);
    EXPECT_EQ(cache.validated(due.validations[0].id, validity::alive, now).first, &e);
    EXPECT_EQ(cache.next_deadline(), now + 300s);
    cache.validate_every(e, 0s, now);
    EXPECT_EQ(cache.next_deadline(), e.life().status(now).renews) << "0 is never";
}

TEST_F(TokenCacheEntries, OneWhoseTokenEndsDuringItsRenewalWaitsForTheResult) {
    cache_entry& e = open("a", true);
    hold(e);
    now = cache.next_deadline();
    const auto renewal = cache.take_due(now);
    ASSERT_EQ(renewal.fetches.size(), 1U);
    EXPECT_GT(cache.next_deadline(), t0 + 3598s) << "the token's end";
    now = cache.next_deadline();
    EXPECT_TRUE(cache.take_due(now).fetches.empty());
    EXPECT_EQ(cache.serveable(e, now), nullptr);
    EXPECT_EQ(cache.next_deadline(), never);
    cache.fetched(renewal.fetches[0].id, good("second", now), now, 0.0);
    EXPECT_NE(cache.serveable(e, now), nullptr);
}

TEST_F(TokenCacheEntries, ARestoredTokenIsServedAndDueWhenItWas) {
    cache_entry& before = open("a", true);
    hold(before);
    const instant deadline = cache.next_deadline();
    kept_life kept = before.life().keep();
    cache.forget(before);
    cache_entry& after = open("a", true);
    EXPECT_EQ(cache.next_deadline(), now) << "it holds nothing yet";
    cache.restore(after, std::move(kept), now);
    EXPECT_NE(cache.serveable(after, now), nullptr);
    EXPECT_EQ(cache.next_deadline(), deadline);
}

TEST_F(TokenCacheEntries, OneThatAReloadConfiguresIsFetchedThoughNobodyAsks) {
    cache_entry& e = open("a");
    EXPECT_GT(cache.next_deadline(), now);
    cache.configure(e, true, now);
    EXPECT_EQ(cache.next_deadline(), now);
    EXPECT_EQ(cache.take_due(now).fetches.size(), 1U);
}

TEST_F(TokenCacheEntries, OneThatAReloadNoLongerConfiguresGoesWhenNobodyAsks) {
    cache_entry& e = open("a", true);
    cache.configure(e, false, now);
    ASSERT_GT(cache.next_deadline(), now);
    now = cache.next_deadline();
    const auto due = cache.take_due(now);
    EXPECT_TRUE(due.fetches.empty());
    EXPECT_EQ(due.retired.size(), 1U);
    EXPECT_EQ(cache.size(), 0U);
}

TEST_F(TokenCacheEntries, ARetryIsDueForWhoWaitsAndNotOnceTheyHaveGone) {
    cache_entry& e = open("a");
    const step first = cache.get(e, {}, now);
    cache.fetched(first.id, bad(), now, 0.0);
    ASSERT_EQ(cache.get(e, {.max_wait = 30s}, now).kind, step_kind::wait);
    const instant retry = *e.life().held_back_until();
    EXPECT_EQ(cache.next_deadline(), retry);
    cache.abandoned(e, now);
    EXPECT_GT(cache.next_deadline(), retry);
    EXPECT_TRUE(cache.take_due(retry).fetches.empty());
}

TEST_F(TokenCacheEntries, TheIamsClockEndsTheTokensOfItsIdentityAlone) {
    for (const char* identity : {"ci", "other"}) {
        cache_entry& e = open("a", true, identity);
        auto made = make_token(identity, now);
        made->iam_date = wall_time(1'800'000'000s);
        const step s = cache.get(e, {}, now);
        cache.fetched(s.id, {.outcome = std::move(made)}, now, 0.0);
    }
    now += 10s;
    cache.observe_iam_clock("ci", wall_time(1'800'000'000s + 2h), now);
    EXPECT_EQ(cache.serveable(*cache.find({"ci", "a"}), now), nullptr);
    EXPECT_NE(cache.serveable(*cache.find({"other", "a"}), now), nullptr);
    const auto due = cache.take_due(now);
    ASSERT_EQ(due.fetches.size(), 1U);
    EXPECT_EQ(due.fetches[0].entry->identity(), "ci");
}
