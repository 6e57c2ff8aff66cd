// Names of rules and a name service that is late, hangs or is gone: the event loop goes on.
#include "daemon/names/rule_name_lookup.hpp"
#include "tests/shell/fakes.hpp"
#include "tests/unit/names/lookup_test.hpp"

#include <gtest/gtest.h>

namespace tokenward::testing {
namespace {

class RuleNameLookup : public LookupTest {
  protected:
    static config rules_for(const std::string& user) {
        config c;
        c.identities.emplace_back().allow.push_back({.who = access_rule::subject::user, .name = user});
        return c;
    }
    static std::optional<unsigned> number_in(const config& c) { return c.identities.at(0).allow.at(0).id; }
    std::optional<unsigned> number_of(const std::string& user) {
        config c = rules_for(user);
        lookup.fill(c);
        return number_in(c);
    }

    kernel_clock time;
    rule_name_lookup lookup{io.get_executor(), time, names, [this] { ++changes; }};
};

TEST_F(RuleNameLookup, AtTheStartNumbersAreThereWhenTheDatabaseAnswers) {
    names->add("u:bob", 1005);
    config c = rules_for("bob");
    lookup.start(c, 20s);
    EXPECT_EQ(number_in(c), 1005U);
}

TEST_F(RuleNameLookup, ALookUpThatHangsHoldsTheStartUpNoLongerThanSaid) {
    names->hang("u:bob");
    names->add("u:bob", 1005);
    config c = rules_for("bob");
    lookup.start(c, 10ms);
    EXPECT_EQ(number_in(c), std::nullopt);
    names->let_go();
    EXPECT_TRUE(runs_until([&] { return changes == 1; })) << "and is taken up when it comes";
    EXPECT_EQ(number_of("bob"), 1005U);
}

TEST_F(RuleNameLookup, ManyThatHangDoNotHoldUpOneThatDoesNot) {
    config c = rules_for("quick");
    for (int i = 0; i < 20; ++i) {
        names->hang("u:slow" + std::to_string(i));
        c.identities[0].allow.push_back(
            {.who = access_rule::subject::user, .name = "slow" + std::to_string(i)});
    }
    names->add("u:quick", 1001);
    lookup.start(c, 10ms);
    EXPECT_TRUE(runs_until([&] { return number_of("quick") == 1001U; }))
        << "though it comes first in no order";
}

TEST_F(RuleNameLookup, ANameThatComesLateIsFoundWithoutAReload) {
    config c = rules_for("bob");
    lookup.start(c, 20s);
    EXPECT_EQ(number_in(c), std::nullopt);
    names->add("u:bob", 1005);
    EXPECT_TRUE(runs_until([&] { return changes == 1; }));
    EXPECT_EQ(number_of("bob"), 1005U);
}

TEST_F(RuleNameLookup, AReloadWaitsForItsNamesButNotForTheEventLoop) {
    names->add("u:bob", 1005);
    names->hang("u:bob");
    std::optional<config> taken;
    lookup.resolve(rules_for("bob"), 20s, [&](config next) { taken = std::move(next); });
    EXPECT_TRUE(names->wait_for_calls(1));
    io.poll();
    EXPECT_FALSE(taken);
    names->let_go();
    EXPECT_TRUE(runs_until([&] { return taken.has_value(); }));
    EXPECT_EQ(number_in(*taken), 1005U);
    EXPECT_EQ(changes, 0) << "said once";
}

TEST_F(RuleNameLookup, AReloadGoesOnWithoutANameThatHangs) {
    names->hang("u:bob");
    std::optional<config> taken;
    lookup.resolve(rules_for("bob"), 10ms, [&](config next) { taken = std::move(next); });
    EXPECT_TRUE(runs_until([&] { return taken.has_value(); }));
    EXPECT_EQ(number_in(*taken), std::nullopt);
}

TEST_F(RuleNameLookup, AReloadWhileTheDatabaseIsGoneKeepsTheNumberAndIsNotDelayed) {
    names->add("u:bob", 1005);
    config c = rules_for("bob");
    lookup.start(c, 20s);
    names->hang("u:bob");
    names->remove("u:bob");
    std::optional<config> taken;
    lookup.resolve(rules_for("bob"), 20s, [&](config next) { taken = std::move(next); });
    ASSERT_TRUE(taken) << "at once";
    EXPECT_EQ(number_in(*taken), 1005U);
    names->let_go();
    EXPECT_TRUE(names->wait_for_calls(2));
    io.run_for(10ms);
    EXPECT_EQ(number_of("bob"), 1005U);
}

TEST_F(RuleNameLookup, TheLastOfSeveralReloadsCounts) {
    names->hang("u:bob");
    names->hang("u:eve");
    int first = 0;
    std::optional<config> second;
    lookup.resolve(rules_for("bob"), 10ms, [&](config) { ++first; });
    lookup.resolve(rules_for("eve"), 10ms, [&](config next) { second = std::move(next); });
    EXPECT_TRUE(runs_until([&] { return second.has_value(); }));
    EXPECT_EQ(first, 0);
    EXPECT_EQ(second->identities[0].allow[0].name, "eve");
}

TEST_F(RuleNameLookup, OneThatHangsDoesNotHoldUpTheEnd) {
    names->hang("u:bob");
    {
        rule_name_lookup ends(io.get_executor(), time, names,
                              [] { ADD_FAILURE() << "called after its end"; });
        config c = rules_for("bob");
        ends.start(c, 1ms);
        ASSERT_TRUE(names->wait_for_calls(1));
    }
    names->let_go();
    io.run_for(10ms);
}

} // namespace
} // namespace tokenward::testing
