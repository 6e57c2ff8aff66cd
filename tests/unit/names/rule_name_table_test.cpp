// When which name of a rule is looked up, and what is kept of the answers.
#include "daemon/names/rule_name_table.hpp"

#include <gtest/gtest.h>

namespace tokenward {
namespace {

using namespace std::chrono_literals;
using subject = access_rule::subject;

constexpr instant start = instant(1000h);
const rule_name bob{.name = "bob"};

/// `allow` by these users; and what is never looked up.
config rules_for(const std::vector<std::string>& users) {
    config c;
    identity_config& i = c.identities.emplace_back();
    for (const std::string& each : users) i.allow.push_back({.who = subject::user, .name = each});
    i.allow.push_back({.who = subject::user, .name = "1001", .id = 1001});
    i.deny.push_back({.who = subject::unit, .name = "a.service"});
    return c;
}

std::optional<unsigned> number_in(const rule_name_table& table, config c) {
    table.fill(c);
    EXPECT_EQ(c.identities[0].allow.back().id, 1001U) << "digits are the number";
    return c.identities[0].allow[0].id;
}

TEST(RuleNameTable, NamesAreLookedUpOnceAndThenFilledIn) {
    rule_name_table table;
    config c = rules_for({"bob", "bob"});
    c.identities[0].deny.push_back({.who = subject::group, .name = "bob"});
    table.configure(c, start);
    EXPECT_EQ(table.take_due(start), (std::vector<rule_name>{bob, {.is_group = true, .name = "bob"}}));
    EXPECT_TRUE(table.take_due(start + 1h).empty()) << "under way";
    EXPECT_FALSE(table.is_settled());
    EXPECT_TRUE(table.answered(bob, 1005, start));
    EXPECT_TRUE(table.answered({.is_group = true, .name = "bob"}, 45, start));
    EXPECT_TRUE(table.is_settled());
    EXPECT_EQ(table.next_due(), never);
    table.fill(c);
    EXPECT_EQ(c.identities[0].allow[1].id, 1005U);
    EXPECT_EQ(c.identities[0].deny[1].id, 45U);
}

TEST(RuleNameTable, ANameWithoutANumberIsTriedAgainAfterPausesThatDouble) {
    rule_name_table table;
    table.configure(rules_for({"bob"}), start);
    instant now = start;
    for (duration pause : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
        ASSERT_EQ(table.take_due(now).size(), 1U);
        EXPECT_FALSE(table.answered(bob, std::nullopt, now));
        EXPECT_TRUE(table.is_settled()) << "nobody waits for it any more";
        EXPECT_EQ(table.next_due(), now + pause);
        EXPECT_TRUE(table.take_due(now + pause - 1ns).empty());
        now += pause;
    }
    table.take_due(now);
    EXPECT_TRUE(table.answered(bob, 1005, now)) << "it begins to work";
    EXPECT_EQ(number_in(table, rules_for({"bob"})), 1005U);
}

TEST(RuleNameTable, ANumberOutlivesAReloadAtWhichNothingCanBeTold) {
    rule_name_table table;
    table.configure(rules_for({"bob"}), start);
    table.take_due(start);
    table.answered(bob, 1005, start);
    table.configure(rules_for({"bob", "eve"}), start + 1h);
    EXPECT_EQ(table.take_due(start + 1h).size(), 2U) << "all are asked for anew";
    EXPECT_FALSE(table.answered(bob, std::nullopt, start + 1h));
    EXPECT_EQ(number_in(table, rules_for({"bob"})), 1005U);
    EXPECT_FALSE(table.is_settled()) << "eve is not";
}

TEST(RuleNameTable, AKnownNumberNeedsNoWaitAtAReload) {
    rule_name_table table;
    table.configure(rules_for({"bob"}), start);
    table.take_due(start);
    table.answered(bob, 1005, start);
    table.configure(rules_for({"bob"}), start + 1h);
    EXPECT_TRUE(table.is_settled());
    table.take_due(start + 1h);
    EXPECT_TRUE(table.answered(bob, 1006, start + 1h)) << "and a new one is taken up when it comes";
    EXPECT_EQ(number_in(table, rules_for({"bob"})), 1006U);
}

TEST(RuleNameTable, ALookUpThatBeganBeforeAReloadIsMadeAgainAfterIt) {
    rule_name_table table;
    table.configure(rules_for({"bob"}), start);
    table.take_due(start);
    table.configure(rules_for({"bob"}), start + 1s);
    EXPECT_TRUE(table.take_due(start + 1s).empty()) << "never two at a time";
    EXPECT_FALSE(table.answered(bob, std::nullopt, start + 2s));
    EXPECT_FALSE(table.is_settled());
    EXPECT_EQ(table.take_due(start + 2s), std::vector{bob});
}

TEST(RuleNameTable, ANameThatNoRuleHasIsForgotten) {
    rule_name_table table;
    table.configure(rules_for({"bob"}), start);
    table.take_due(start);
    table.configure(rules_for({}), start);
    EXPECT_FALSE(table.answered(bob, 1005, start));
    EXPECT_EQ(table.next_due(), never);
    EXPECT_EQ(number_in(table, rules_for({"bob"})), std::nullopt);
}

} // namespace
} // namespace tokenward
