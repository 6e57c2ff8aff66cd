// Who may have which token.
#include "daemon/core/access.hpp"

#include <gtest/gtest.h>

using namespace tokenward;

namespace {

struct fake_caller final : caller {
    std::optional<unsigned> uid_ = 1000;
    std::vector<unsigned> groups;
    std::string unit_;
    bool hides = false;
    bool unit_known = true;
    std::shared_ptr<const caller_facts> known = std::make_shared<caller_facts>();
    mutable int asked_for_hidden = 0;
    mutable int asked_for_facts = 0;
    mutable int asked_for_groups = 0;
    mutable int asked_for_unit = 0;

    std::optional<unsigned> uid() const override { return uid_; }
    bool in_group(unsigned gid) const override {
        ++asked_for_groups;
        return std::find(groups.begin(), groups.end(), gid) != groups.end();
    }
    bool is_shown(std::string_view identity) const override { return identity != "hidden"; }
    bool may_hide_groups() const override {
        ++asked_for_hidden;
        return hides;
    }
    std::optional<std::string_view> unit() const override {
        ++asked_for_unit;
        return unit_known ? std::optional<std::string_view>(unit_) : std::nullopt;
    }
    std::shared_ptr<const caller_facts> facts() const override {
        ++asked_for_facts;
        return known;
    }
};

using subject = access_rule::subject;
constexpr unsigned own_uid = 990;
const scope eu_de{scope_kind::project_name, "eu-de", {}};
const scope other{scope_kind::project_name, "other", {}};

identity_config with(std::vector<access_rule> allow, std::vector<access_rule> deny = {}) {
    identity_config i;
    i.name = "ci";
    i.scopes = {{"eu-de", eu_de}};
    i.allow = std::move(allow);
    i.deny = std::move(deny);
    return i;
}

bool allowed(const caller& who, const identity_config& i, verb what = verb::get) {
    return may(who, own_uid, i, "eu-de", eu_de, what).allowed;
}

access_rule user(unsigned id) {
    return {.who = subject::user, .name = "u", .id = id};
}
access_rule group(unsigned id) {
    return {.who = subject::group, .name = "g", .id = id};
}
access_rule unit(const char* name) {
    return {.who = subject::unit, .name = name};
}

} // namespace

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

// --- what a caller may hide

namespace {

access_rule nameless_user(const char* name) {
    return {.who = subject::user, .name = name};
}
access_rule nameless_group(const char* name) {
    return {.who = subject::group, .name = name};
}

std::shared_ptr<const caller_facts> facts(caller_facts known) {
    return std::make_shared<caller_facts>(std::move(known));
}

caller_facts owned_by(id_owner owner) {
    return {.owners = {std::move(owner)}};
}

/// Lets everybody in whom `deny` leaves.
bool passes(const fake_caller& who, access_rule deny) {
    return allowed(who, with({user(1000)}, {std::move(deny)}));
}

doubt why_denied(const fake_caller& who, access_rule deny) {
    const identity_config i = with({user(1000)}, {std::move(deny)});
    return may(who, own_uid, i, "eu-de", eu_de, verb::get).why;
}

} // namespace

TEST(AccessUnknown, AUnitThatCannotBeReadIsDeniedByARuleOfAnyUnitAndAllowedByNone) {
    fake_caller who;
    who.unit_known = false;
    EXPECT_FALSE(passes(who, unit("other.service")));
    EXPECT_EQ(why_denied(who, unit("other.service")), doubt::unit_unreadable);
    EXPECT_FALSE(allowed(who, with({unit("backup.service")})));
}

TEST(AccessUnknown, NoUnitIsKnownAndNoMatch) {
    EXPECT_TRUE(passes(fake_caller{}, unit("other.service")));
}

TEST(AccessUnknown, HiddenGroupsAreDeniedByARuleOfAnyGroupAndAllowedByNone) {
    fake_caller who;
    who.hides = true;
    EXPECT_FALSE(passes(who, group(44)));
    EXPECT_EQ(why_denied(who, group(44)), doubt::groups_hidden);
    EXPECT_FALSE(passes(who, nameless_group("ghosts")));
    EXPECT_FALSE(allowed(who, with({group(44)})));
}

TEST(AccessUnknown, AUidThatTheKernelNamesIsProofWhateverIsHidden) {
    fake_caller who;
    who.hides = true;
    who.unit_known = false;
    EXPECT_TRUE(allowed(who, with({user(1000)})));
    EXPECT_TRUE(passes(who, user(1001))) << "another namespace hides groups, and no uid";
    who.groups = {44};
    EXPECT_TRUE(allowed(who, with({group(44)})));
}

TEST(AccessUnknown, NoAllowDependsOnWhatMayBeUnreadable) {
    fake_caller who;
    who.known = nullptr;
    who.groups = {44};
    EXPECT_TRUE(allowed(who, with({user(1000), group(44)})));
    EXPECT_TRUE(allowed(who, with({group(44)})));
    EXPECT_TRUE(passes(who, unit("other.service"))) << "a deny by unit needs neither groups nor owners";
    EXPECT_EQ(who.asked_for_hidden + who.asked_for_facts, 0);
}

TEST(AccessUnknown, TheOwnerOfASubordinateUidIsDeniedThroughItAndAllowedByNone) {
    fake_caller who;
    who.known = facts(owned_by({.user = "bob", .uid = 1005, .groups = {{{44, "g"}, {45, "h"}}}}));
    EXPECT_FALSE(passes(who, user(1005)));
    EXPECT_EQ(why_denied(who, user(1005)), doubt::owner);
    EXPECT_FALSE(passes(who, nameless_user("bob")));
    EXPECT_FALSE(passes(who, group(45))) << "the owner's groups count, though this process has none";
    EXPECT_EQ(why_denied(who, group(45)), doubt::owner);
    EXPECT_TRUE(passes(who, user(1006)));
    EXPECT_TRUE(passes(who, group(46)));
    EXPECT_FALSE(allowed(who, with({user(1005)})));
    EXPECT_FALSE(allowed(who, with({group(45)})));
}

TEST(AccessUnknown, AnOwnerWhoCannotBeToldIsWhoeverARuleDenies) {
    fake_caller who;
    who.known = facts(owned_by({.user = "bob"})); // no number, no groups
    EXPECT_FALSE(passes(who, user(1005)));
    EXPECT_EQ(why_denied(who, user(1005)), doubt::owner_unknown);
    EXPECT_FALSE(passes(who, group(45)));
    who.known = facts({.owners_known = false});
    EXPECT_FALSE(passes(who, user(1005)));
    EXPECT_FALSE(passes(who, group(45)));
    who.known = nullptr; // not looked up yet
    EXPECT_FALSE(passes(who, user(1005)));
    EXPECT_FALSE(passes(who, group(45)));
    EXPECT_FALSE(may_see(who, own_uid, with({user(1000)}, {user(1005)})));
}

TEST(AccessUnknown, ANameWithoutANumberIsAllowedNothing) {
    fake_caller who;
    who.known = facts({.has_names = true, .user = "u"});
    EXPECT_FALSE(allowed(who, with({nameless_user("u")}))) << "a name is no proof";
}

TEST(AccessUnknown, ANameWithoutANumberDeniesAllButThoseWhoAreKnownByAnother) {
    fake_caller who;
    who.known = facts({.has_names = true, .user = "alice", .groups = {{100, "users"}}});
    EXPECT_TRUE(passes(who, nameless_user("laterbot")));
    EXPECT_TRUE(passes(who, nameless_group("laterbots")));
    EXPECT_FALSE(passes(who, nameless_user("alice")));
    EXPECT_FALSE(passes(who, nameless_group("users")));
    who.known = facts({.has_names = true, .user = "", .groups = {{100, "users"}, {101, ""}}});
    EXPECT_FALSE(passes(who, nameless_user("laterbot"))) << "the uid has no name";
    EXPECT_FALSE(passes(who, nameless_group("laterbots"))) << "one gid has no name";
    EXPECT_EQ(why_denied(who, nameless_group("laterbots")), doubt::no_number);
    who.known = facts({.has_names = false});
    EXPECT_FALSE(passes(who, nameless_user("laterbot"))) << "not looked up yet";
    who.known = nullptr;
    EXPECT_FALSE(passes(who, nameless_user("laterbot")));
    EXPECT_EQ(why_denied(who, nameless_user("laterbot")), doubt::no_number);
}

TEST(AccessUnknown, TheSuperusersStayThat) {
    fake_caller root;
    root.uid_ = 0;
    root.hides = true;
    root.unit_known = false;
    root.known = nullptr;
    EXPECT_TRUE(passes(root, group(44)));
}

// --- what the token says

namespace {

token for_project(const char* id, const char* name) {
    token made;
    if (*id != 0 || *name != 0) made.project = named_ref{id, name};
    made.project_domain = named_ref{"d1", "OTC"};
    return made;
}

/// Asks for project p1 by its id, of which `held` was given; `denied` is what a rule denies.
access_decision by_id(const char* denied, const token* held) {
    access_rule deny = user(1000);
    deny.scopes = {denied};
    const identity_config i = with({user(1000)}, {deny});
    return may(fake_caller{}, own_uid, i, "project_id:p1", {scope_kind::project_id, "p1", {}}, verb::get,
               held);
}

} // namespace

TEST(AccessByToken, AProjectDeniedByNameIsDeniedToWhoAskedForItsId) {
    const token secret_project = for_project("p1", "secret");
    EXPECT_TRUE(by_id("project:secret", nullptr).allowed) << "what was asked for does not tell";
    EXPECT_FALSE(by_id("project:secret", &secret_project).allowed);
    EXPECT_TRUE(by_id("project:secret", &secret_project).by_token);
    EXPECT_FALSE(by_id("project:SECRET", &secret_project).allowed) << "no spelling matters";
    EXPECT_FALSE(by_id("project_id:p1", nullptr).allowed);
    EXPECT_TRUE(by_id("project:public", &secret_project).allowed);
    EXPECT_TRUE(by_id("domain:OTC", &secret_project).allowed) << "a project is no domain";
}

TEST(AccessByToken, AScopeDeniedByItsConfiguredNameToo) {
    const token eu = for_project("p1", "eu-de");
    EXPECT_FALSE(by_id("eu-de", &eu).allowed);
}

TEST(AccessByToken, AFieldThatTheTokenLacksIsAMatchForDenyAlone) {
    const token nameless = for_project("p1", "");
    EXPECT_FALSE(by_id("project:secret", &nameless).allowed);
    access_rule narrow = user(1000);
    narrow.scopes = {"project_id:p1"};
    EXPECT_TRUE(may(fake_caller{}, own_uid, with({narrow}), "project_id:p1",
                    {scope_kind::project_id, "p1", {}}, verb::get, &nameless)
                    .allowed);
}

TEST(AccessByToken, OnlyRulesThatDenyScopesNeedIt) {
    access_rule narrow = user(1);
    narrow.scopes = {"eu-de"};
    EXPECT_FALSE(depends_on_token(with({narrow}, {user(1)})));
    EXPECT_TRUE(depends_on_token(with({}, {narrow})));
}
