// Two passwords in rotation, settling what a 401 was about, changed secrets, and flows that are abandoned.
#include "tests/unit/core/login_flow_fixture.hpp"

namespace tokenward::testing {
namespace {

using steps = std::vector<std::string>;
using action = login_step::action;

/// A Keystone: 401 to a wrong password and to an unknown project alike.
struct rotation_bench : flow_bench {
    rotation_bench() {
        identity.rescope = rescope_mode::off;
        iam = [this](const login_request& request) {
            if (request.value && request.value->reveal() != right) return refused();
            if (request.target == project("misspelt")) return request.parent ? no_such_scope(401) : refused();
            return granted(make_token("fresh", now.boot));
        };
    }
    std::string right = "first";
};

TEST(LoginFlow, OfTwoPasswordsTheSecondIsTriedWhenTheFirstIsRefused) {
    rotation_bench b;
    b.right = "second";
    b.know("first", "second");
    EXPECT_NE(token_in(b.fetch(project("a"))), nullptr);
    EXPECT_EQ(b.did, (steps{"password first for project:a", "password second for project:a",
                            "validate value of fresh"}));
    b.did.clear();
    EXPECT_NE(token_in(b.fetch(project("b"))), nullptr);
    EXPECT_EQ(b.did[0], "password second for project:b") << "that was refused less often";
    EXPECT_EQ(b.guard.refusals(b.user, b.digest("first")), 1U);
}

TEST(LoginFlow, OfTwoWrongPasswordsEachIsRefusedForTheScopeAndThenForNone) {
    rotation_bench b;
    b.right = "third";
    b.know("first", "second");
    EXPECT_EQ(failure_in(b.fetch(project("a"))).error.code, errc::credential_rejected);
    EXPECT_EQ(b.did, (steps{"password first for project:a", "password second for project:a",
                            "password first for unscoped", "password second for unscoped"}));
    b.did.clear();
    b.fetch(project("a"));
    EXPECT_EQ(b.did, steps{});
}

// Keystone refuses the right password too, for a project that is not there.
TEST(LoginFlow, OfTwoPasswordsTheRightOneIsFoundThoughBothWereRefusedForAMisspeltScope) {
    for (const char* right : {"first", "second"}) {
        rotation_bench b;
        b.right = right;
        b.know("first", "second");
        EXPECT_EQ(failure_in(b.fetch(project("misspelt"))).error.code, errc::unknown_scope);
        EXPECT_NE(token_in(b.fetch(project("a"))), nullptr);
        EXPECT_EQ(b.guard.refusals(b.user, b.digest(right)), 0U);
    }
}

// As a flow leaves it that has ended in between.
TEST(LoginFlow, APasswordInDoubtIsSettledWhenTheOthersAreRejected) {
    for (const scope& target : {project("a"), scope{}}) {
        rotation_bench b;
        b.know("first", "second");
        for (const char* refused_one : {"first", "second", "second"}) {
            b.guard.sending(b.user, b.digest(refused_one), b.now.boot);
            b.guard.end(b.user, b.digest(refused_one), login_end::refused, b.now.boot);
        }
        EXPECT_NE(token_in(b.fetch(target)), nullptr);
        ASSERT_FALSE(b.did.empty());
        EXPECT_EQ(b.did[0], "password first for unscoped");
    }
}

TEST(LoginFlow, APasswordThatIsLeftOutWhileAnotherMayBeRightHasItsTurnAfterThat) {
    rotation_bench b;
    b.know("second", "first");
    b.guard.sending(b.user, b.digest("first"), b.now.boot);
    b.guard.end(b.user, b.digest("first"), login_end::refused, b.now.boot);
    EXPECT_NE(token_in(b.fetch(project("a"))), nullptr) << "callers would get no other try";
    EXPECT_EQ(b.did, (steps{"password second for project:a", "password second for unscoped",
                            "password first for unscoped", "validate value of fresh",
                            "password first for project:a"}));
}

TEST(LoginFlow, APasswordThatWasRefusedIsLeftOutWhileAnotherMayBeRight) {
    rotation_bench b;
    b.right = "second";
    b.know("first");
    login_flow flow(b.state(), project("a"), 0s);
    login_step next = b.go_on_until(flow, action::send);
    next = flow.resume(refused(), b.time()); // and the daemon ends
    flow.abandon(false, b.now.boot);
    b.did.clear();
    b.know("first", "second");
    EXPECT_NE(token_in(b.fetch(project("a"))), nullptr);
    EXPECT_EQ(b.did[0], "password second for project:a");
    EXPECT_EQ(b.guard.refusals(b.user, b.digest("first")), 1U);
}

TEST(LoginFlow, ALoginForNoScopeTellsAWrongScopeFromAWrongPassword) {
    rotation_bench b;
    const fetch_result made = b.fetch(project("misspelt"));
    EXPECT_EQ(b.did, (steps{"password first for project:misspelt", "password first for unscoped"}));
    EXPECT_EQ(failure_in(made).error.code, errc::unknown_scope);
    EXPECT_EQ(failure_in(made).retry, retry_rule::remember);
    EXPECT_EQ(b.guard.refusals(b.user, b.digest("first")), 0U) << "it is proven";
}

TEST(LoginFlow, WhatASettlingLoginBringsOpensTheScope) {
    rotation_bench b;
    b.identity.rescope = rescope_mode::automatic;
    b.identity.scopes = {{"misspelt", project("misspelt")}};
    EXPECT_EQ(failure_in(b.fetch(project("misspelt"))).error.code, errc::unknown_scope);
    EXPECT_EQ(b.did, (steps{"password first for project:misspelt", "password first for unscoped",
                            "token value of fresh for project:misspelt", "validate value of fresh"}));
}

TEST(LoginFlow, ASecretThatIsInDoubtIsSettledFirst) {
    rotation_bench b;
    b.guard.sending(b.user, b.digest("first"), b.now.boot);
    b.guard.end(b.user, b.digest("first"), login_end::refused, b.now.boot);
    EXPECT_NE(token_in(b.fetch(project("a"))), nullptr);
    EXPECT_EQ(b.did, (steps{"password first for unscoped", "password first for project:a"}));
}

TEST(LoginFlow, SettlingThatFailsIsLeftToTheNextLogin) {
    rotation_bench b;
    bool away = false;
    b.iam = [&](const login_request&) { return std::exchange(away, true) ? failed(500) : refused(); };
    const fetch_result made = b.fetch(project("a"));
    EXPECT_EQ(failure_in(made).error.code, errc::iam_unavailable) << "not rejected: it may be the scope";
    EXPECT_EQ(b.guard.refusals(b.user, b.digest("first")), 1U);
}

TEST(LoginFlow, ASecretThatWasReplacedIsTriedAnewWhenItComesBack) {
    rotation_bench b;
    b.right = "second";
    b.fetch(project("a"));
    EXPECT_EQ(b.guard.refusals(b.user, b.digest("first")), 2U);
    b.know("second");
    EXPECT_NE(token_in(b.fetch(project("a"))), nullptr);
    b.right = "first"; // the account was mended instead
    b.know("first");
    EXPECT_NE(token_in(b.fetch(project("a"))), nullptr);
}

TEST(LoginFlow, ATokenThatIsDeadOnArrivalAfterAChangeIsGotOnceMore) {
    rotation_bench b;
    EXPECT_NE(token_in(b.fetch(project("a"))), nullptr);
    b.know("second");
    b.right = "second";
    b.did.clear();
    b.lives = [](const secret&) { return validity::dead; };
    EXPECT_NE(token_in(b.fetch(project("a"))), nullptr) << "it is not validated over and over";
    EXPECT_EQ(b.did, (steps{"password second for project:a", "validate value of fresh", "wait 1100",
                            "password second for project:a"}));
    EXPECT_EQ(b.notes, steps{"dead_on_arrival"});
    b.did.clear();
    b.fetch(project("a"));
    EXPECT_EQ(b.did, steps{"password second for project:a"}) << "only what has just changed is in doubt";
}

TEST(LoginFlow, ATokenOfAChangedSecretThatMayLiveIsKept) {
    for (const validity word : {validity::alive, validity::unknown}) {
        rotation_bench b;
        b.fetch(project("a"));
        b.know("second");
        b.right = "second";
        b.did.clear();
        b.lives = [&](const secret&) { return word; };
        EXPECT_NE(token_in(b.fetch(project("a"))), nullptr);
        EXPECT_EQ(b.did, (steps{"password second for project:a", "validate value of fresh"}));
    }
}

TEST(LoginFlow, HoldsItsTurnsNoLongerThanTheLogin) {
    rotation_bench b;
    b.fetch(project("a"));
    b.know("second");
    b.right = "second";
    login_flow flow(b.state(), project("a"), 0s);
    EXPECT_FALSE(flow.holds_user_turn());
    EXPECT_EQ(b.go_on_until(flow, action::validate).what, action::validate);
    EXPECT_FALSE(flow.holds_user_turn()) << "the login has ended";
}

TEST(LoginFlow, AbandonedBeforeTheLoginWasSentLeavesNothingBehind) {
    for (const action at : {action::read_secrets, action::wait_for_user, action::record}) {
        rotation_bench b;
        login_flow flow(b.state(), project("a"), 0s);
        ASSERT_EQ(b.go_on_until(flow, at).what, at);
        EXPECT_EQ(flow.has_open_login(), at == action::record);
        flow.abandon(true, b.now.boot);
        EXPECT_FALSE(flow.has_open_login());
        EXPECT_EQ(b.guard.recent_attempts(b.user, b.now.boot), 0U);
        EXPECT_TRUE(b.guard.save(b.now).empty());
    }
}

TEST(LoginFlow, AbandonedAfterTheWholeLoginWasSentIsALostAnswer) {
    for (const bool whole : {false, true}) {
        rotation_bench b;
        login_flow flow(b.state(), project("a"), 0s);
        ASSERT_EQ(b.go_on_until(flow, action::send).what, action::send);
        EXPECT_EQ(b.guard.recent_attempts(b.user, b.now.boot), 1U) << "counted before it is sent";
        flow.abandon(whole, b.now.boot);
        EXPECT_EQ(b.guard.recent_attempts(b.user, b.now.boot), whole ? 1U : 0U);
        const guard_state kept = b.guard.save(b.now);
        EXPECT_EQ(kept.size(), whole ? 1U : 0U);
        for (const guarded_user& each : kept) EXPECT_TRUE(each.attempts.at(0).unknown);
    }
}

TEST(LoginFlow, AbandonedAfterTheAnswerCountsAsTheAnswerSays) {
    rotation_bench b;
    login_flow flow(b.state(), project("a"), 0s);
    ASSERT_EQ(b.go_on_until(flow, action::send).what, action::send);
    EXPECT_EQ(flow.resume(refused(), b.time()).what, action::record);
    flow.abandon(true, b.now.boot);
    EXPECT_EQ(b.guard.refusals(b.user, b.digest("first")), 1U);
    EXPECT_FALSE(b.guard.save(b.now).at(0).secrets.at(0).in_flight);
}

} // namespace
} // namespace tokenward::testing
