// What is not known of a caller, and what a token says of itself: how `deny` and `allow` take it.
#include "daemon/core/access_subject.hpp"
#include "daemon/core/token.hpp"
#include "tests/unit/core/access_rules.hpp"

#include <gtest/gtest.h>

#include <set>

using namespace tokenward;
using namespace tokenward::access_tests;

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

TEST(Doubt, EachIsAClauseOfItsOwn) {
    std::set<std::string_view> clauses;
    for (doubt why : {doubt::owner, doubt::owner_unknown, doubt::groups_hidden, doubt::unit_unreadable,
                      doubt::no_number}) {
        const std::string_view text = text_of(why);
        EXPECT_TRUE(text.starts_with("the ")) << text;
        EXPECT_TRUE(clauses.insert(text).second) << text;
    }
    EXPECT_EQ(text_of(doubt::none), "");
}
