// Who may have which token.
#include "tests/unit/core/access_rules.hpp"

#include <gtest/gtest.h>

using namespace tokenward;
using namespace tokenward::access_tests;

TEST(Access, IsDeniedByDefault) {
    EXPECT_FALSE(allowed(fake_caller{}, with({})));
}

TEST(Access, WhatTheSocketDoesNotShowIsDeniedToRootToo) {
    fake_caller who;
    identity_config hidden = with({user(1000)});
    hidden.name = "hidden";
    EXPECT_TRUE(allowed(who, with({user(1000)})));
    EXPECT_FALSE(allowed(who, hidden));
    who.uid_ = 0;
    EXPECT_FALSE(allowed(who, hidden));
    EXPECT_FALSE(may_see(who, own_uid, hidden));
    EXPECT_TRUE(may_see(who, own_uid, with({})));
}

TEST(Access, RootAndTheDaemonsOwnUserMayEverything) {
    fake_caller root;
    root.uid_ = 0;
    fake_caller self;
    self.uid_ = own_uid;
    identity_config closed = with({}, {user(0), user(own_uid)});
    for (verb v : {verb::get, verb::report, verb::manage}) {
        EXPECT_TRUE(allowed(root, closed, v));
        EXPECT_TRUE(allowed(self, closed, v));
    }
}

TEST(Access, AnUnknownUidIsNobodyEvenIfARuleHasNoNumber) {
    fake_caller nobody;
    nobody.uid_.reset();
    access_rule unresolved{.who = subject::user, .name = "gone"};
    EXPECT_FALSE(allowed(nobody, with({unresolved, unit("")})));
    EXPECT_FALSE(may_see(nobody, own_uid, with({unresolved, unit("")})));
}

TEST(Access, UserGroupAndUnitRulesLetIn) {
    fake_caller who;
    who.groups = {44};
    who.unit_ = "backup.service";
    EXPECT_TRUE(allowed(who, with({user(1000)})));
    EXPECT_FALSE(allowed(who, with({user(1001)})));
    EXPECT_TRUE(allowed(who, with({group(44)})));
    EXPECT_FALSE(allowed(who, with({group(45)})));
    EXPECT_TRUE(allowed(who, with({unit("backup.service")})));
    EXPECT_FALSE(allowed(who, with({unit("backup")})));
}

TEST(Access, DenyWins) {
    fake_caller who;
    who.groups = {44};
    EXPECT_FALSE(allowed(who, with({user(1000)}, {group(44)})));
}

TEST(Access, VerbsAreGetAndReportUnlessSaid) {
    fake_caller who;
    EXPECT_TRUE(allowed(who, with({user(1000)}), verb::report));
    EXPECT_FALSE(allowed(who, with({user(1000)}), verb::manage));
    access_rule manager = user(1000);
    manager.verbs = static_cast<verb_set>(verb::manage);
    EXPECT_TRUE(allowed(who, with({manager}), verb::manage));
    EXPECT_FALSE(allowed(who, with({manager}), verb::get));
}

TEST(Access, ARuleWithScopesCoversThoseAloneByNameOrSpelledOut) {
    fake_caller who;
    for (const char* text : {"eu-de", "project:eu-de"}) {
        access_rule narrow = user(1000);
        narrow.scopes = {text};
        EXPECT_TRUE(allowed(who, with({narrow}))) << text;
        EXPECT_FALSE(may(who, own_uid, with({narrow}), "project:other", other, verb::get).allowed) << text;
    }
}

TEST(Access, GroupsAndUnitAreReadOnlyWhenARuleNeedsThem) {
    fake_caller who;
    allowed(who, with({user(1000), group(1), unit("x")}));
    EXPECT_EQ(who.asked_for_groups + who.asked_for_unit, 0);
    access_rule other_scope = unit("x");
    other_scope.scopes = {"elsewhere"};
    allowed(who, with({other_scope}));
    EXPECT_EQ(who.asked_for_unit, 0);
}

TEST(Access, TheDecisionNamesItsRule) {
    identity_config i = with({user(1), user(1000)});
    EXPECT_EQ(may(fake_caller{}, own_uid, i, "eu-de", eu_de, verb::get).rule, &i.allow[1]);
}

TEST(Access, WhoMayUseNothingSeesNothing) {
    EXPECT_FALSE(may_see(fake_caller{}, own_uid, with({})));
    EXPECT_TRUE(may_see(fake_caller{}, own_uid, with({user(1000)})));
}

TEST(Access, WhoIsDeniedEverythingThatIsAllowedSeesNothing) {
    access_rule all = user(1000);
    all.verbs = all_verbs;
    EXPECT_FALSE(may_see(fake_caller{}, own_uid, with({user(1000)}, {all})));
    access_rule get = user(1000);
    get.verbs = static_cast<verb_set>(verb::get);
    access_rule report = user(1000);
    report.verbs = static_cast<verb_set>(verb::report);
    EXPECT_FALSE(may_see(fake_caller{}, own_uid, with({user(1000)}, {get, report})));
    EXPECT_TRUE(may_see(fake_caller{}, own_uid, with({user(1000)}, {get})));
    access_rule narrow = all;
    narrow.scopes = {"eu-de"};
    EXPECT_TRUE(may_see(fake_caller{}, own_uid, with({user(1000)}, {narrow})));
    EXPECT_FALSE(may_see(fake_caller{}, own_uid, with({narrow}, {narrow})));
}
