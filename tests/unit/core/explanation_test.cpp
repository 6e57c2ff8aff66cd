// Why a caller may or may not, in words.
#include "daemon/core/explanation.hpp"
#include "daemon/core/token.hpp"

#include <gtest/gtest.h>

using namespace tokenward;

namespace {

struct somebody final : caller {
    std::optional<unsigned> number = 1000;
    std::string in_unit{};
    std::optional<unsigned> uid() const override { return number; }
    bool in_group(unsigned gid) const override { return gid == 27; }
    bool may_hide_groups() const override { return false; }
    std::optional<std::string_view> unit() const override { return in_unit; }
    std::shared_ptr<const caller_facts> facts() const override { return known; }
    std::shared_ptr<caller_facts> known = std::make_shared<caller_facts>();
};

class Explanation : public ::testing::Test {
  protected:
    Explanation() {
        identity.name = "ci";
        identity.scopes = {{"eu-de", target}};
        identity.allow = {
            {.who = access_rule::subject::unit, .name = "backup.service", .verbs = 7, .line = 12},
            {.who = access_rule::subject::group, .name = "ci", .id = 27, .scopes = {"eu-de"}, .line = 13}};
        identity.deny = {
            {.who = access_rule::subject::user, .name = "deploy", .id = 1001, .verbs = 7, .line = 15}};
    }
    explanation why(verb what = verb::get, const char* name = "eu-de") const {
        return explain(who, 500, identity, name, target, what);
    }

    const scope target{scope_kind::project_name, "eu-de", {}};
    identity_config identity;
    somebody who;
};

} // namespace

TEST_F(Explanation, NamesTheRuleThatLetsIn) {
    explanation e = why();
    EXPECT_TRUE(e.allowed);
    EXPECT_EQ(e.because, "allow rule 2, line 13: {group: ci, scopes: [eu-de], verbs: [get, report]}");
    ASSERT_TRUE(e.rule);
    EXPECT_EQ(e.rule->list, "allow");
    EXPECT_EQ(e.rule->index, 2U);
    EXPECT_EQ(e.rule->line, 13);
}

TEST_F(Explanation, NamesTheRuleThatKeepsOut) {
    who.number = 1001;
    explanation e = why();
    EXPECT_FALSE(e.allowed);
    EXPECT_EQ(e.because, "deny rule 1, line 15: {user: deploy, verbs: [get, report, manage]}");
    EXPECT_EQ(e.rule->list, "deny");
}

TEST_F(Explanation, SaysWhoTheCallerWasTakenForWhenNoRuleFits) {
    EXPECT_EQ(why(verb::manage).because, "no rule of `allow` gives manage on scope eu-de to uid 1000, which "
                                         "runs in no unit");
    who.in_unit = "other.service";
    explanation e = why(verb::manage);
    EXPECT_FALSE(e.allowed);
    EXPECT_FALSE(e.rule);
    EXPECT_EQ(e.because, "no rule of `allow` gives manage on scope eu-de to uid 1000, unit other.service");
}

TEST_F(Explanation, RootAndTheDaemonsOwnUserNeedNoRule) {
    who.number = 0;
    EXPECT_EQ(why(verb::manage).because, "root may do everything");
    who.number = 500;
    EXPECT_EQ(why(verb::manage).because, "the daemon's own user may do everything");
    EXPECT_TRUE(why().allowed);
}

TEST_F(Explanation, AnUnknownCallerIsCalledThat) {
    who.number.reset();
    EXPECT_FALSE(why().allowed);
    EXPECT_EQ(why().because, "the kernel does not tell who this is");
}

TEST_F(Explanation, SaysWhenARuleHoldsForWantOfKnowledge) {
    who.known.reset();
    EXPECT_EQ(why().because,
              "deny rule 1, line 15: {user: deploy, verbs: [get, report, manage]}; it holds because "
              "the owner of the caller's subordinate uid or gid is not known");
}

TEST_F(Explanation, SaysThatTheTokenIsJudgedOnceThereIsOne) {
    identity.deny[0].scopes = {"project:secret"};
    EXPECT_TRUE(why().allowed);
    EXPECT_EQ(why().because,
              "allow rule 2, line 13: {group: ci, scopes: [eu-de], verbs: [get, report]}; `deny` is "
              "judged again by what the token says, when there is one");
    token held;
    held.project = named_ref{"p1", "secret"};
    who.number = 1001;
    explanation e = explain(who, 500, identity, "eu-de", target, verb::get, &held);
    EXPECT_FALSE(e.allowed);
    EXPECT_EQ(e.because,
              "deny rule 1, line 15: {user: deploy, scopes: [project:secret], verbs: [get, report, "
              "manage]}; its scope is, or may be, the one that the token itself names");
    held.project->name = "public";
    EXPECT_EQ(explain(who, 500, identity, "eu-de", target, verb::get, &held).because,
              "allow rule 2, line 13: {group: ci, scopes: [eu-de], verbs: [get, report]}");
}

TEST_F(Explanation, NamesTheRulesWhoseNamesHaveNoNumber) {
    EXPECT_TRUE(unresolved_rules(identity).empty());
    identity.allow[1].id.reset();
    identity.deny[0].id.reset();
    EXPECT_EQ(
        unresolved_rules(identity),
        (std::vector<std::string>{"allow rule 2, line 13: group `ci` has no gid: until it has one, the "
                                  "rule matches nobody",
                                  "deny rule 1, line 15: user `deploy` has no uid: until it has one, the "
                                  "rule holds for all callers whose own numbers have no name"}));
}

TEST_F(Explanation, NamesTheUnitOfARule) {
    who.in_unit = "backup.service";
    const explanation e = why(verb::manage);
    EXPECT_TRUE(e.allowed);
    EXPECT_EQ(e.because, "allow rule 1, line 12: {unit: backup.service, verbs: [get, report, manage]}");
}
