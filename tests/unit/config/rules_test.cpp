// Rules of access: what they are read as, and what is wrong with them.
#include "tests/unit/config/parse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tokenward {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string scopes = "    scopes:\n"
                           "      eu-de: {project_name: eu-de}\n"
                           "      global: {domain_name: Home}\n";

/// Faults of the rules `text`, which stand from line 12 on.
std::vector<std::string> rule_faults(const std::string& text) {
    return faults_of(good + scopes + "    allow:\n" + text);
}

TEST(ConfigRules, AreReadAsWritten) {
    identity_config ci = identity_of(good + scopes +
                                     "    allow:\n"
                                     "      - {user: deploy}\n"
                                     "      - {group: ci, scopes: [eu-de]}\n"
                                     "      - unit: backup@1.service\n"
                                     "        verbs: [get, manage]\n"
                                     "    deny: [{user: root}]\n");
    auto all = access_rule{}.verbs;
    EXPECT_THAT(ci.allow,
                ElementsAre(access_rule{access_rule::subject::user, "deploy", 1001, {}, all},
                            access_rule{access_rule::subject::group, "ci", 200, {"eu-de"}, all},
                            access_rule{access_rule::subject::unit, "backup@1.service", {}, {}, 5}));
    EXPECT_THAT(ci.deny, ElementsAre(access_rule{access_rule::subject::user, "root", 0, {}, all_verbs}));
    EXPECT_EQ(ci.allow[1].line, 13);
}

TEST(ConfigRules, DenyWithoutVerbsMeansAllOfThem) {
    identity_config ci = identity_of(good + scopes +
                                     "    deny:\n"
                                     "      - {user: deploy}\n"
                                     "      - {user: root, verbs: [report]}\n");
    ASSERT_EQ(ci.deny.size(), 2U);
    EXPECT_EQ(ci.deny[0].verbs, all_verbs);
    EXPECT_EQ(ci.deny[1].verbs, static_cast<verb_set>(verb::report));
    EXPECT_THAT(faults_of(good + scopes + "    deny: [{user: root, verbs: []}]\n"),
                ElementsAre("f:11: error: `verbs` is empty: remove it for all verbs, or remove the rule"));
}

TEST(ConfigRules, SpelledOutScopeThatIsConfiguredBecomesItsName) {
    identity_config ci = identity_of(good + scopes +
                                     "    allow:\n"
                                     "      - user: deploy\n"
                                     "        scopes: [project:eu-de, domain_id:x, unscoped, domain:Home]\n");
    ASSERT_EQ(ci.allow.size(), 1U);
    EXPECT_THAT(ci.allow[0].scopes, ElementsAre("eu-de", "domain_id:x", "unscoped", "global"));
}

TEST(ConfigRules, UnknownPeopleAreAWarningThatSaysWhatTheRuleDoes) {
    EXPECT_THAT(
        rule_faults("      - {user: ghost}\n    deny:\n      - {group: ghosts}\n"),
        ElementsAre("f:12: warning: user `ghost` does not exist on this machine: until it does, the rule "
                    "matches nobody",
                    "f:14: warning: group `ghosts` does not exist on this machine: until it does, the rule "
                    "holds for all callers whose own numbers have no name"));
}

TEST(ConfigRules, NamesThatAreLookedUpLaterAreNoFault) {
    parsed_config parsed =
        parse_config(good + "    allow: [{user: deploy}, {group: ci}]\n", "f", names_later{});
    EXPECT_THAT(parsed.faults, IsEmpty());
    EXPECT_EQ(parsed.value.identities.at(0).allow.at(0).id, std::nullopt);
}

TEST(ConfigRules, DigitsAreTheNumberItselfAndNeedNoLookUp) {
    parsed_config parsed =
        parse_config(good + "    allow: [{user: 4000000000}, {group: \"0\"}]\n", "f", names_later{});
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(parsed.value.identities.at(0).allow.at(0).id, 4'000'000'000U);
    EXPECT_EQ(parsed.value.identities.at(0).allow.at(1).id, 0U);
    EXPECT_EQ(parse_id("4294967295"), std::nullopt) << "(uid_t)-1 is nobody's";
    for (const char* none : {"", "1000x", "-1", "+1", " 1", "4294967296"})
        EXPECT_EQ(parse_id(none), std::nullopt);
}

TEST(ConfigRules, NobodyIsAWarningBecauseTheKernelCallsEveryUnknownCallerSo) {
    EXPECT_THAT(rule_faults("      - {user: nobody}\n"),
                ElementsAre("f:12: warning: user `nobody` is number 65534, which the kernel also uses for "
                            "ids that it can't map: the rule matches nobody"));
}

TEST(ConfigRules, HaveExactlyOneSubject) {
    std::string message =
        "error: a rule of identities.ci.allow must have exactly one of `user`, `group` and `unit`";
    EXPECT_THAT(rule_faults("      - {scopes: [eu-de]}\n      - {user: root, group: ci}\n"),
                ElementsAre("f:12: " + message, "f:13: " + message));
}

TEST(ConfigRules, UnitsAreNamedInFull) {
    for (auto name : {"backup", "backup.timer", "a/b.service", "a b.service", "*.service"})
        EXPECT_THAT(rule_faults("      - {unit: \"" + std::string(name) + "\"}\n"),
                    ElementsAre("f:12: error: `unit` must be a unit's full name, such as backup.service"))
            << name;
}

TEST(ConfigRules, UnknownScopesAndVerbsNameTheNearest) {
    EXPECT_THAT(
        rule_faults("      - user: root\n        scopes: [eu-ed]\n        verbs: [gte]\n"),
        ElementsAre(
            "f:13: error: unknown scope `eu-ed`: did you mean `eu-de`? (one that is not under `scopes` is "
            "written project:NAME, project_id:ID, domain:NAME, domain_id:ID or unscoped)",
            "f:14: error: unknown verb `gte`: did you mean `get`?"));
}

TEST(ConfigRules, EmptyListsAreRefusedBecauseTheyWouldMeanAll) {
    EXPECT_THAT(
        rule_faults("      - user: root\n        scopes: []\n        verbs: []\n      - user: root\n        "
                    "scopes:\n"),
        ElementsAre("f:13: error: `scopes` is empty: remove it to mean all scopes, or remove the rule",
                    "f:14: error: `verbs` is empty: remove it for get and report, or remove the rule",
                    "f:16: error: `scopes` has no value: give it one or remove it"));
}

TEST(ConfigRules, MustBeListsOfMaps) {
    EXPECT_THAT(faults_of(good + "    allow: {user: root}\n"),
                ElementsAre("f:8: error: `allow` must be a list: [a, b], or lines that begin with `- `"));
    EXPECT_THAT(rule_faults("      - root\n      - {user: root, scopes: eu-de}\n"),
                ElementsAre("f:12: error: a rule of identities.ci.allow must be a map, lines of `key: value`",
                            "f:13: error: `scopes` must be a list: [a, b], or lines that begin with `- `"));
}

TEST(ConfigRules, ScopeThatHasAFaultOfItsOwnIsNotCalledUnknown) {
    EXPECT_THAT(
        faults_of(good + "    scopes: {a: {project_id: ''}}\n    allow: [{user: root, scopes: [a]}]\n"),
        ElementsAre("f:8: error: `project_id` is empty"));
}

} // namespace
} // namespace tokenward
