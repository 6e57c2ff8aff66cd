// Which login or which earlier token opens a scope, and what happens where the IAM does not rescope.
#include "tests/unit/core/login_flow_scopes_bench.hpp"

namespace tokenward::testing {
namespace {

using steps = std::vector<std::string>;
using action = login_step::action;

TEST(LoginFlow, UnknownScopesCostOneOrTwoLoginsAndThenRescopingAlone) {
    for (const bool keystone : {false, true}) {
        scopes_bench b;
        b.is_keystone = keystone;
        for (int i = 0; i < 15; ++i)
            EXPECT_EQ(failure_in(b.fetch(project("no" + std::to_string(i)))).retry, retry_rule::remember);
        EXPECT_EQ(b.logins, 2) << "one for the first, one that opens further ones";
        EXPECT_EQ(b.count("token"), keystone ? 15U : 14U);
        EXPECT_NE(token_in(b.fetch(project("a"))), nullptr) << "one that exists is opened likewise";
        EXPECT_EQ(b.logins, 2);
    }
}

TEST(LoginFlow, UnknownScopesAreTriedOneAfterTheOther) {
    scopes_bench b;
    login_flow first(b.state(), project("no1"), 0s);
    login_step next = first.resume({}, b.time());
    EXPECT_EQ(next.what, action::wait_for_parent);
    next = first.resume({}, b.time());
    EXPECT_TRUE(first.holds_parent_turn());
    login_flow second(b.state(), project("no2"), 0s);
    const login_step queued = second.resume({}, b.time());
    EXPECT_EQ(queued.what, action::wait_for_parent);
    while (next.what != action::done) next = b.go_on(first, next);
    const int before = b.logins;
    EXPECT_EQ(b.go_on(second, queued).request.method, login_method::token);
    EXPECT_FALSE(second.holds_parent_turn());
    EXPECT_EQ(b.logins, before);
}

TEST(LoginFlow, AScopeOfTheConfigurationHasALoginOfItsOwn) {
    scopes_bench b;
    b.identity.scopes = {{"a", project("a")}, {"b", project("b")}};
    b.fetch(project("a"));
    b.fetch(project("b"));
    EXPECT_EQ(b.did, (steps{"password first for project:a", "password first for project:b"}));
}

TEST(LoginFlow, NothingIsRescopedWhereTheConfigurationForbidsIt) {
    scopes_bench b;
    b.identity.rescope = rescope_mode::off;
    for (int i = 0; i < 3; ++i) b.fetch(project("no"));
    EXPECT_EQ(b.count("token"), 0U);
}

TEST(LoginFlow, OneLoginOpensAllScopesWhereTheConfigurationSaysSo) {
    scopes_bench b;
    b.identity.rescope = rescope_mode::always;
    for (const char* name : {"a", "b", "c"}) {
        const fetch_result made = b.fetch(project(name));
        ASSERT_NE(token_in(made), nullptr);
        EXPECT_EQ((*token_in(made))->granted, 3600s) << "the life of the login";
    }
    EXPECT_EQ(b.did, (steps{"password first for unscoped", "token value of login 1 for project:a",
                            "token value of login 1 for project:b", "token value of login 1 for project:c"}));
}

TEST(LoginFlow, TheParentIsRenewedOnceTwoThirdsOfItsLifeAreOver) {
    scopes_bench b;
    b.identity.rescope = rescope_mode::always;
    b.fetch(project("a"));
    b.step(2399s);
    b.fetch(project("a"));
    EXPECT_EQ(b.logins, 1);
    b.step(1s);
    b.fetch(project("a"));
    EXPECT_EQ(b.logins, 2);
}

TEST(LoginFlow, ADeadParentIsReplacedOnce) {
    scopes_bench b;
    b.identity.rescope = rescope_mode::always;
    b.fetch(project("a"));
    b.did.clear();
    b.lives = [](const secret& of) {
        return of.reveal() == "value of login 1" ? validity::dead : validity::alive;
    };
    EXPECT_NE(token_in(b.fetch(project("a"))), nullptr);
    EXPECT_EQ(b.did, (steps{"token value of login 1 for project:a", "validate value of login 1",
                            "password first for unscoped", "token value of login 3 for project:a"}));
    b.did.clear();
    b.lives = [](const secret&) { return validity::dead; };
    EXPECT_EQ(failure_in(b.fetch(project("a"))).error.code, errc::no_such_resource);
    EXPECT_EQ(b.count("password"), 1U) << "and not over and over";
}

TEST(LoginFlow, WordsThatNameADeadTokenNeedNoValidation) {
    scopes_bench b;
    b.identity.rescope = rescope_mode::always;
    b.fetch(project("a"));
    b.did.clear();
    b.iam = [&](const login_request& request) {
        if (request.method != login_method::token) return granted(make_token("another", b.now.boot));
        if (request.parent->value.reveal() == "value of another") return granted(make_token("a", b.now.boot));
        login_answer dead = failed(400);
        dead.names_dead_token = true;
        return dead;
    };
    EXPECT_NE(token_in(b.fetch(project("a"))), nullptr);
    EXPECT_EQ(b.count("validate"), 0U);
    EXPECT_EQ(b.count("password"), 1U);
}

TEST(LoginFlow, WhatIsAboutNeitherParentNorScopeIsToldAsItIs) {
    scopes_bench b;
    b.identity.rescope = rescope_mode::always;
    b.fetch(project("a"));
    b.did.clear();
    b.iam = [](const login_request&) { return failed(503); };
    EXPECT_EQ(failure_in(b.fetch(project("a"))).error.code, errc::iam_unavailable);
    b.iam = [](const login_request&) { return no_such_scope(401); };
    b.lives = [](const secret&) { return validity::unknown; };
    EXPECT_EQ(failure_in(b.fetch(project("a"))).error.code, errc::no_such_resource) << "nobody knows";
    EXPECT_EQ(b.count("password"), 0U);
}

TEST(LoginFlow, WhereTheIamDoesNotRescopeEachScopeHasALogin) {
    scopes_bench b;
    b.never_rescopes = true;
    b.identity.rescope = rescope_mode::always;
    EXPECT_NE(token_in(b.fetch(project("a"))), nullptr);
    EXPECT_EQ(b.did, (steps{"password first for unscoped", "token value of login 1 for project:a",
                            "validate value of login 1", "password first for project:a"}));
    EXPECT_EQ(b.notes, steps{"rescoping_refused"});
    b.did.clear();
    EXPECT_NE(token_in(b.fetch(project("b"))), nullptr);
    EXPECT_EQ(b.did, steps{"password first for project:b"});
}

TEST(LoginFlow, OnceRescopingHasWorkedAScopeThatItDoesNotOpenIsNotThere) {
    scopes_bench b;
    b.identity.rescope = rescope_mode::always;
    b.fetch(project("a"));
    EXPECT_EQ(failure_in(b.fetch(project("no"))).error.code, errc::unknown_scope);
    EXPECT_EQ(b.logins, 1);
}

TEST(LoginFlow, AnIamThatWantsAScopeInEveryLoginIsGivenOne) {
    scopes_bench b;
    b.wants_scope = true;
    b.identity.rescope = rescope_mode::always;
    EXPECT_NE(token_in(b.fetch(project("a"))), nullptr);
    EXPECT_EQ(b.did, (steps{"password first for unscoped", "password first for nothing",
                            "password first for project:a", "token value of scoped 1 for project:a"}));
    b.step(1h);
    b.did.clear();
    b.fetch(project("b"));
    EXPECT_EQ(b.did[0], "password first for project:b") << "it is asked for no other";
}

TEST(LoginFlow, AnIamThatDoesNotKnowTheUnscopedFormIsAskedWithoutAScope) {
    scopes_bench b;
    b.no_unscoped_form = true;
    b.identity.rescope = rescope_mode::always;
    EXPECT_NE(token_in(b.fetch({})), nullptr);
    EXPECT_EQ(b.did, (steps{"password first for unscoped", "password first for nothing",
                            "token value of login 1 for nothing"}));
}

// Before anything was ever rescoped, 403 to rescoping may mean that this IAM does not rescope: a login
// judges.
TEST(LoginFlow, AScopeThatIsDeniedBeforeRescopingHasWorkedIsJudgedByALoginOnceAMinute) {
    scopes_bench b;
    b.never_rescopes = true;
    b.fetch(project("no1")); // a login, and one that opens further scopes
    b.step(60s);
    b.did.clear();
    EXPECT_EQ(failure_in(b.fetch(project("no2"))).error.code, errc::no_such_resource);
    EXPECT_EQ(b.count("password"), 1U);
    EXPECT_EQ(failure_in(b.fetch(project("no3"))).error.code, errc::unknown_scope);
    EXPECT_EQ(b.count("password"), 1U);
    b.step(60s);
    EXPECT_NE(token_in(b.fetch(project("a"))), nullptr);
    EXPECT_EQ(b.notes, steps{"rescoping_refused"});
    b.did.clear();
    b.fetch(project("b"));
    EXPECT_EQ(b.did, steps{"password first for project:b"});
}

TEST(LoginFlow, WhereEveryLoginNeedsAScopeTheLastLoginOpensWhatIsUnknown) {
    scopes_bench b;
    b.wants_scope = true;
    b.identity.scopes = {{"a", project("a")}};
    const fetch_result kept = b.fetch(project("a"));
    b.fetch(project("no1"));
    b.did.clear();
    EXPECT_NE(token_in(b.fetch(project("b"))), nullptr);
    EXPECT_EQ(b.did, steps{"token value of scoped 1 for project:b"});
}

TEST(LoginFlow, ALoginThatEndedWhileAScopeWasToBeOpenedIsFollowedByAnother) {
    scopes_bench b;
    b.fetch(project("no1"));
    b.lives = [](const secret&) { return validity::dead; };
    b.did.clear();
    EXPECT_NE(token_in(b.fetch(project("a"))), nullptr);
    EXPECT_EQ(b.did, (steps{"token value of login 1 for project:a", "validate value of login 1",
                            "password first for project:a"}));
}

TEST(LoginFlow, ScopesAreRememberedInABoundedNumber) {
    scopes_bench b;
    const auto any = make_token("any", b.now.boot);
    for (int i = 0; i < 3000; ++i) {
        b.state().doubt(project("no" + std::to_string(i)));
        b.state().remember_opened(project(std::to_string(i)), any);
        EXPECT_LE(b.state().doubtful.size(), 256U);
        EXPECT_LE(b.state().opened.size(), 1024U);
    }
    EXPECT_TRUE(b.state().may_be_unknown(project("no2999")));
    EXPECT_FALSE(b.state().may_be_unknown(project("2999")));
}

TEST(LoginFlow, WhatWasLearntOutlivesARestart) {
    scopes_bench b;
    b.never_rescopes = true;
    b.identity.rescope = rescope_mode::always;
    b.fetch(project("a"));
    const kept_source kept = b.state().keep();
    EXPECT_TRUE(kept.never_rescopes);
    EXPECT_NE(kept.parent, nullptr);
    b.restart();
    b.state().restore(kept);
    b.did.clear();
    b.fetch(project("b"));
    EXPECT_EQ(b.did, steps{"password first for project:b"});
}

} // namespace
} // namespace tokenward::testing
