// All keys together: tickets, bounds, deadlines.
#include "tests/unit/core/token_cache_fixture.hpp"

#include <set>

using namespace tokenward;
using namespace tokenward::testing;

TEST_F(TokenCache, KeysWithTheSameTextTogetherAreDifferentKeys) {
    cache_entry& a = open("cd", false, "ab");
    cache_entry& b = open("bcd", false, "a");
    EXPECT_NE(&a, &b);
    EXPECT_EQ(cache.find({"ab", "cd"}), &a);
    EXPECT_EQ(cache.find({"a", "bcd"}), &b);
}

TEST_F(TokenCache, ResultOfAFetchStartedBeforeInvalidationIsDropped) {
    cache_entry& e = open("eu-de", true);
    hold(e);
    now += 2400s;
    auto due = cache.take_due(now);
    ASSERT_EQ(due.fetches.size(), 1U);
    EXPECT_EQ(cache.report(e, "sha256:eu-de", now).kind, report_result::invalidated);
    EXPECT_EQ(cache.fetched(due.fetches[0].id, good("late", now), now, 0.0).entry, nullptr);
    EXPECT_EQ(cache.serveable(e, now), nullptr);
    EXPECT_EQ(cache.next_deadline(), now) << "a configured scope is fetched again at once";
}

TEST_F(TokenCache, WhateverBeginsAFetchOrAQuestionHasATicketOfItsOwn) {
    cache_entry& a = open("a");
    cache_entry& b = open("b");
    hold(a);
    hold(b);
    const ticket of_a = cache.renew(a, now).id;
    EXPECT_EQ(cache.renew(a, now).kind, step_kind::wait);
    const ticket of_b = cache.renew(b, now).id;
    EXPECT_EQ(cache.entry_of(of_a), &a);
    EXPECT_EQ(cache.entry_of(of_b), &b);
    cache.fetched(of_b, good("new b", now), now, 0.0);
    cache.fetched(of_a, good("new a", now), now, 0.0);
    EXPECT_EQ(a.life().held()->fingerprint, "sha256:new a");
    EXPECT_EQ(b.life().held()->fingerprint, "sha256:new b");
    const ticket about_a = cache.report(a, {}, now, report_effect::validation).id;
    const ticket about_b = cache.report(b, {}, now, report_effect::validation).id;
    EXPECT_EQ(cache.entry_of(about_a), &a);
    EXPECT_EQ(cache.entry_of(about_b), &b);
}

TEST_F(TokenCache, ResultForAForgottenKeyIsDropped) {
    cache_entry& e = open("eu-de");
    step s = cache.get(e, {}, now);
    cache.forget(e);
    EXPECT_EQ(cache.fetched(s.id, good("late", now), now, 0.0).entry, nullptr);
    EXPECT_EQ(cache.size(), 0U);
    EXPECT_EQ(cache.next_deadline(), never);
}

TEST_F(TokenCache, TheLeastRecentlyUsedScopeMakesRoomAndAGetCountsAsUse) {
    for (const char* name : {"a", "b", "c", "d"}) hold(open(name));
    ASSERT_NE(cache.serveable(*cache.find({"ci", "a"}), now), nullptr); // touched: b is the oldest now
    std::uint64_t b = cache.find({"ci", "b"})->id();
    open("e");
    EXPECT_EQ(evicted, std::vector{b});
    EXPECT_NE(cache.find({"ci", "a"}), nullptr);
    EXPECT_EQ(cache.find({"ci", "b"}), nullptr);
    EXPECT_EQ(cache.size(), 4U);
}

TEST_F(TokenCache, WhoMadeHalfOfTheScopesMakesRoomAmongItsOwn) {
    auto open_by = [&](const std::string& name, unsigned uid) {
        auto e = cache.open({"ci", name}, scope{scope_kind::project_name, name, {}}, false, limit, now,
                            evicted, uid);
        ASSERT_TRUE(e.has_value());
        hold(**e);
    };
    open_by("theirs", 1001);
    for (int i = 0; i < 20; ++i) open_by("mine" + std::to_string(i), 1000);
    EXPECT_NE(cache.find({"ci", "theirs"}), nullptr) << "though it was used longest ago";
    EXPECT_EQ(cache.size(), 4U);
    open_by("more", 1001);
    EXPECT_NE(cache.find({"ci", "theirs"}), nullptr);
    open_by("and more", 1001);
    EXPECT_EQ(cache.find({"ci", "theirs"}), nullptr) << "each has its half";
}

TEST_F(TokenCache, ConfiguredScopesNeverMakeRoom) {
    for (const char* name : {"a", "b", "c"}) hold(open(name, true));
    hold(open("x"));
    open("y");
    EXPECT_EQ(cache.find({"ci", "x"}), nullptr);
    for (const char* name : {"a", "b", "c"}) EXPECT_NE(cache.find({"ci", name}), nullptr);
}

TEST_F(TokenCache, IsBoundedAndSaysSoWhenAllScopesAreInUse) {
    for (const char* name : {"a", "b", "c", "d"}) cache.get(open(name), {}, now);
    auto e = cache.open({"ci", "e"}, {}, false, limit, now, evicted);
    ASSERT_FALSE(e.has_value());
    EXPECT_EQ(e.error().code, errc::too_many_requests);
    EXPECT_EQ(e.error().detail,
              "identity ci holds as many scopes as its `max_scopes` of 4 lets it, and all are "
              "in use: ask for fewer at a time, or raise it");
}

TEST_F(TokenCache, TheOnlyScopeThatThereMayBeMakesRoomForTheNext) {
    limit = 1;
    for (const char* name : {"a", "b", "c"}) {
        cache_entry& e = open(name);
        EXPECT_EQ(cache.find({"ci", name}), &e);
        hold(e);
        EXPECT_EQ(cache.of("ci"), std::list<cache_entry*>{&e});
    }
    EXPECT_EQ(evicted.size(), 2U);
    cache.forget(*cache.find({"ci", "c"}));
    EXPECT_EQ(cache.size(), 0U);
}

TEST_F(TokenCache, AnIdentitysScopesDontCrowdOutAnothers) {
    hold(open("mine", false, "other"));
    for (int i = 0; i < 20; ++i) hold(open("scope" + std::to_string(i)));
    EXPECT_NE(cache.find({"other", "mine"}), nullptr);
    EXPECT_EQ(cache.of("ci").size(), 4U);
}

TEST_F(TokenCache, ScopesThatNobodyAsksForGoAndNothingIsLeftToDo) {
    hold(open("once"));
    int fetches = 0;
    while (cache.next_deadline() != never) {
        now = std::max(now, cache.next_deadline());
        ASSERT_LT(now, t0 + 24h);
        for (auto& f : cache.take_due(now).fetches) {
            ++fetches;
            cache.fetched(f.id, good("again" + std::to_string(fetches), now), now, 0.5);
        }
    }
    EXPECT_EQ(cache.size(), 0U);
    EXPECT_LE(fetches, 2);
}

// A day in which the IAM is away: no deadline is answered twice at the same moment, and tries stay within the
// back-off.
TEST_F(TokenCache, WhatIsDueAtOnceIsFetchedInTheOrderOfTheConfiguration) {
    limit = 50;
    std::vector<const cache_entry*> configured;
    for (int i = 0; i < 20; ++i) configured.push_back(&open("scope" + std::to_string(i), true));
    std::vector<const cache_entry*> fetched;
    for (auto& f : cache.take_due(now).fetches) fetched.push_back(f.entry);
    EXPECT_EQ(fetched, configured);
}

TEST_F(TokenCache, AnIamThatIsAwayForADayCausesNoHotLoop) {
    limit = 50;
    for (int i = 0; i < 20; ++i) open("scope" + std::to_string(i), true);
    int rounds = 0;
    int tries = 0;
    for (now = cache.next_deadline(); now < t0 + 24h; now = cache.next_deadline()) {
        ASSERT_LT(++rounds, 20'000);
        for (auto& f : cache.take_due(now).fetches) {
            ++tries;
            cache.fetched(f.id, bad(), now, 0.5);
        }
        ASSERT_GT(cache.next_deadline(), now);
    }
    EXPECT_LE(tries, 20 * (24 * 60 / 4 + 10));
}

TEST_F(TokenCache, TokensOfAFleetOfKeysAreRenewedApart) {
    limit = 200;
    std::set<instant> renewals;
    for (int i = 0; i < 100; ++i) {
        cache_entry& e = open("scope" + std::to_string(i), true);
        step s = cache.get(e, {}, now);
        cache.fetched(s.id, good(e.scope_name(), now), now, i / 100.0);
        renewals.insert(*e.life().status(now).renews);
    }
    EXPECT_EQ(renewals.size(), 100U);
}

TEST_F(TokenCache, AJumpOfTheWallClockMakesEveryTokenDueAtOnce) {
    for (const char* name : {"a", "b", "c"}) hold(open(name, true));
    now += 60s;
    cache.clock_jumped(now);
    EXPECT_EQ(cache.take_due(now).fetches.size(), 3U);
}

TEST_F(TokenCache, OnlyTheRearmedIdentityIsTriedAgain) {
    for (const char* identity : {"ci", "other"}) {
        cache_entry& e = open("s", true, identity);
        step s = cache.get(e, {}, now);
        cache.fetched(s.id, bad(errc::credential_rejected, retry_rule::rearm), now, 0.0);
    }
    EXPECT_EQ(cache.next_deadline(), never);
    cache.rearm("ci", now);
    auto due = cache.take_due(now);
    ASSERT_EQ(due.fetches.size(), 1U);
    EXPECT_EQ(due.fetches[0].entry->identity(), "ci");
}

// Whoever ends that validation would find an entry that is gone.
TEST_F(TokenCache, AQuestionAboutATokenThatIsReplacedMeanwhileIsForgotten) {
    cache_entry& e = open("a");
    hold(e);
    ASSERT_EQ(cache.report(e, "", now).kind, report_result::invalidated);
    hold_as(e, "second");
    const report_step question = cache.report(e, "", now);
    ASSERT_EQ(question.kind, report_result::validate);
    EXPECT_EQ(cache.entry_of(question.id), &e);
    const step renewal = cache.renew(e, now);
    ASSERT_EQ(renewal.kind, step_kind::start_fetch);
    cache.fetched(renewal.id, good("third", now), now, 0.0);
    EXPECT_EQ(cache.entry_of(question.id), nullptr);
    EXPECT_EQ(cache.validated(question.id, validity::dead, now).first, nullptr);
    EXPECT_NE(cache.serveable(e, now), nullptr);
}
