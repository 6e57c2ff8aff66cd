// What is known of callers' numbers: who owns a subordinate one, and what names they have.
#include "daemon/names/caller_lookup.hpp"
#include "tests/shell/fakes.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/names/lookup_test.hpp"

#include <gtest/gtest.h>

#include <array>

namespace tokenward::testing {
namespace {

class CallerLookup : public LookupTest {
  protected:
    CallerLookup() {
        names->add("u:bob", 1005);
        names->add("u:alice", 1000);
        names->add("g:users", 100);
        names->add("g:staff", 50);
        names->add_groups("bob", {100, 50});
        files.write("subuid", "bob:100000:65536\n1000:200000:10\n");
        files.write("subgid", "bob:300000:65536\n");
    }
    static config rules(std::vector<access_rule> deny) {
        config c;
        c.identities.emplace_back().deny = std::move(deny);
        return c;
    }
    static access_rule user(const char* name, std::optional<unsigned> id) {
        return {.who = access_rule::subject::user, .name = name, .id = id};
    }
    std::shared_ptr<const caller_facts> known(unsigned uid, unsigned gid = 100) {
        const std::array gids{gid};
        runs_until([&] { return lookup.find(uid, gids) != nullptr; });
        return lookup.find(uid, gids);
    }
    bool waits(unsigned uid, unsigned gid, std::function<void()> done) {
        const std::array gids{gid};
        return lookup.wait_for(uid, gids, std::move(done));
    }

    support::temp_dir files;
    fake_clock time;
    caller_lookup lookup{
        io.get_executor(),
        time,
        names,
        [this] { ++changes; },
        {.subuid = files / "subuid", .subgid = files / "subgid", .patience = 20s, .most_callers = 4}};
};

TEST_F(CallerLookup, NothingIsKnownBeforeTheFilesAreRead) {
    const std::array gids{100U};
    EXPECT_EQ(lookup.find(1000, gids), nullptr);
}

TEST_F(CallerLookup, AnOrdinaryCallerCostsNoLookUp) {
    lookup.start(20s);
    lookup.configure(rules({user("bob", 1005)}));
    const std::array gids{100U};
    const auto facts = lookup.find(1000, gids);
    ASSERT_NE(facts, nullptr);
    EXPECT_TRUE(facts->owners.empty() && facts->owners_known);
    EXPECT_FALSE(lookup.wait_for(1000, gids, [] { ADD_FAILURE(); }));
    EXPECT_EQ(names->calls(), 0);
}

TEST_F(CallerLookup, ASubordinateUidHasTheOwnerAndAllItsGroups) {
    lookup.start(20s);
    const auto facts = known(100'005);
    ASSERT_EQ(facts->owners.size(), 1U);
    EXPECT_EQ(facts->owners[0].user, "bob");
    EXPECT_EQ(facts->owners[0].uid, 1005U);
    EXPECT_EQ(facts->owners[0].groups, (std::vector<named_group>{{100, ""}, {50, ""}}));
}

TEST_F(CallerLookup, ASubordinateGidHasAnOwnerToo) {
    lookup.start(20s);
    const auto facts = known(4711, 300'007);
    ASSERT_EQ(facts->owners.size(), 1U);
    EXPECT_EQ(facts->owners[0].uid, 1005U);
}

TEST_F(CallerLookup, AnOwnerByNumberGetsItsName) {
    lookup.start(20s);
    const auto facts = known(200'003);
    ASSERT_EQ(facts->owners.size(), 1U);
    EXPECT_EQ(facts->owners[0].user, "alice");
    EXPECT_EQ(facts->owners[0].uid, 1000U);
    EXPECT_EQ(facts->owners[0].groups, std::nullopt) << "the databases don't tell";
}

TEST_F(CallerLookup, NamesAreLookedUpWhenADenyHasAnUnknownOne) {
    lookup.start(20s);
    lookup.configure(rules({user("laterbot", {})}));
    const std::array gids{100U, 50U, 51U};
    runs_until([&] { return lookup.find(1000, gids) != nullptr; });
    const auto facts = lookup.find(1000, gids);
    EXPECT_TRUE(facts->has_names);
    EXPECT_EQ(facts->user, "alice");
    EXPECT_EQ(facts->groups, (std::vector<named_group>{{100, "users"}, {50, "staff"}, {51, ""}}));
}

TEST_F(CallerLookup, WhoWaitsIsCalledWhenItIsKnown) {
    lookup.start(20s);
    lookup.configure(rules({user("laterbot", {})}));
    names->hang("u:1000");
    int called = 0;
    EXPECT_TRUE(waits(1000, 100, [&] { ++called; }));
    ASSERT_TRUE(names->wait_for_calls(1));
    io.poll();
    EXPECT_EQ(called, 0);
    names->let_go();
    EXPECT_TRUE(runs_until([&] { return called == 1; }));
    EXPECT_FALSE(waits(1000, 100, [] { ADD_FAILURE() << "it is known"; }));
}

TEST_F(CallerLookup, WhoWaitsForALookUpThatHangsIsCalledAllTheSame) {
    caller_lookup impatient(io.get_executor(), time, names, [] {},
                            {.subuid = files / "subuid", .subgid = files / "subgid", .patience = 10ms});
    impatient.start(20s);
    impatient.configure(rules({user("laterbot", {})}));
    names->hang("u:1000");
    names->hang("u:1005");
    const std::array gids{100U};
    int called = 0;
    EXPECT_TRUE(impatient.wait_for(1000, gids, [&] { ++called; }));
    EXPECT_TRUE(runs_until([&] { return called == 1; }));
    EXPECT_EQ(impatient.find(1000, gids), nullptr);
}

TEST_F(CallerLookup, OneThatHangsDoesNotHoldUpAnother) {
    lookup.start(20s);
    lookup.configure(rules({user("laterbot", {})}));
    names->hang("u:1000");
    const std::array gids{100U};
    lookup.find(1000, gids);
    EXPECT_EQ(known(1005)->user, "bob");
    EXPECT_EQ(lookup.find(1000, gids), nullptr);
}

TEST_F(CallerLookup, NobodyWaitsWhereNoRuleNeedsIt) {
    lookup.start(20s);
    EXPECT_FALSE(waits(100'005, 100, [] { ADD_FAILURE(); }));
}

TEST_F(CallerLookup, WhatIsRememberedIsBounded) {
    lookup.start(20s);
    names->hang("u:bob");
    const std::array gids{100U};
    for (unsigned uid = 100'000; uid < 100'004; ++uid) lookup.find(uid, gids);
    lookup.configure(rules({user("bob", 1005)}));
    EXPECT_FALSE(waits(100'004, 100, [] { ADD_FAILURE(); })) << "four are being looked up";
    EXPECT_EQ(lookup.find(100'004, gids), nullptr);
    names->let_go();
    EXPECT_NE(known(100'003), nullptr);
    EXPECT_NE(known(100'004), nullptr) << "and the one that was used longest ago makes room";
}

TEST_F(CallerLookup, WhereNoRuleNeedsItTheGroupsOfACallerAreNotLookedUp) {
    lookup.start(20s);
    EXPECT_FALSE(waits(4711, 300'007, [] { ADD_FAILURE(); }));
    EXPECT_FALSE(waits(4711, 300'008, [] { ADD_FAILURE(); }));
    EXPECT_EQ(names->calls(), 0);
    EXPECT_FALSE(waits(100'005, 100, [] { ADD_FAILURE(); }));
    EXPECT_TRUE(runs_until([&] { return lookup.share_of(100'005) == 1005; })) << "its owner is";
}

TEST_F(CallerLookup, OneUserTakesNoMoreThanItsPartOfTheLookUps) {
    caller_lookup roomy(io.get_executor(), time, names, [] {},
                        {.subuid = files / "subuid", .subgid = files / "subgid", .patience = 20s});
    roomy.start(20s);
    roomy.configure(rules({user("laterbot", {})}));
    names->hang("u:4711");
    for (unsigned gid = 300'000; gid < 300'064; ++gid) {
        const std::array gids{gid};
        roomy.find(4711, gids);
    }
    const std::array gids{100U};
    roomy.find(1005, gids);
    EXPECT_TRUE(runs_until([&] { return roomy.find(1005, gids) != nullptr; }));
    EXPECT_EQ(roomy.find(1005, gids)->user, "bob");
    const std::array more{300'099U};
    EXPECT_FALSE(roomy.wait_for(4711, more, [] { ADD_FAILURE(); })) << "it is not looked up";
    names->let_go();
    EXPECT_TRUE(runs_until([&] { return roomy.find(4711, more) != nullptr; }));
}

TEST_F(CallerLookup, ACallerWithVeryManyGroupsIsNotLookedUp) {
    lookup.start(20s);
    lookup.configure(rules({user("laterbot", {})}));
    std::vector<unsigned> gids(caller_lookup::most_gids + 1, 300'000);
    EXPECT_EQ(lookup.find(4711, gids), nullptr);
    EXPECT_FALSE(lookup.wait_for(4711, gids, [] { ADD_FAILURE(); }));
    EXPECT_EQ(names->calls(), 0);
}

TEST_F(CallerLookup, AFileThatChangesIsReadAgain) {
    lookup.start(20s);
    EXPECT_TRUE(known(500'000)->owners.empty());
    const auto version = lookup.version();
    files.write("subuid", "bob:500000:65536\n");
    time.step(caller_lookup::freshness);
    const std::array gids{100U};
    EXPECT_TRUE(runs_until([&] {
        const auto facts = lookup.find(500'000, gids);
        return facts != nullptr && facts->owners.size() == 1;
    }));
    EXPECT_EQ(changes, 1) << "what was granted is judged anew";
    EXPECT_NE(lookup.version(), version);
}

TEST_F(CallerLookup, ALookUpThatOutlastsAnotherReadingOfTheSameFilesIsNotLost) {
    caller_lookup broken(io.get_executor(), time, names, [] {},
                         {.subuid = files / "subuid", .subgid = std::string(files / ".")});
    broken.start(20s);
    names->hang("u:bob");
    const std::array gids{100U};
    EXPECT_EQ(broken.find(100'005, gids), nullptr);
    ASSERT_TRUE(names->wait_for_calls(1));
    time.step(caller_lookup::freshness);
    broken.start(20s); // reads the files again
    names->let_go();
    EXPECT_TRUE(runs_until([&] { return broken.find(100'005, gids) != nullptr; }));
}

TEST_F(CallerLookup, NoFileMeansNoOwnersAndOneThatCannotBeReadThatTheyAreNotKnown) {
    caller_lookup none(io.get_executor(), time, names, [] {},
                       {.subuid = files / "none", .subgid = files / "none"});
    none.start(20s);
    const std::array gids{100U};
    ASSERT_NE(none.find(100'005, gids), nullptr);
    EXPECT_TRUE(none.find(100'005, gids)->owners_known);
    caller_lookup broken(io.get_executor(), time, names, [] {},
                         {.subuid = files / "subuid", .subgid = std::string(files / ".")});
    broken.start(20s);
    ASSERT_NE(broken.find(1000, gids), nullptr);
    EXPECT_FALSE(broken.find(1000, gids)->owners_known);
}

TEST_F(CallerLookup, ASubordinateUidCountsForTheShareOfItsOwner) {
    lookup.start(20s);
    EXPECT_EQ(lookup.share_of(1000), 1000U);
    EXPECT_EQ(lookup.share_of(200'003), 1000U) << "the owner is written as a number";
    EXPECT_EQ(lookup.share_of(100'005), 100'000U)
        << "all of a range together, until the owner's number is known";
    known(100'005);
    EXPECT_EQ(lookup.share_of(100'005), 1005U);
    EXPECT_EQ(lookup.share_of(165'000), 1005U);
}

} // namespace
} // namespace tokenward::testing
