// Ways to a token without a password: application credentials and given tokens.
#include "tests/unit/core/login_flow_fixture.hpp"

namespace tokenward::testing {
namespace {

using steps = std::vector<std::string>;

std::shared_ptr<token> of_project(const std::string& name, instant minted) {
    auto made = make_token(name, minted);
    made->project = named_ref{"id-of-" + name, name};
    return made;
}

struct credential_bench : flow_bench {
    credential_bench() {
        identity.auth.type = auth_type::application_credential;
        iam = [this](const login_request& request) {
            return request.value->reveal() == "right" ? granted(of_project("own", now.boot)) : refused();
        };
    }
};

TEST(LoginFlow, AnApplicationCredentialBringsItsOwnScope) {
    credential_bench b;
    b.know("right");
    EXPECT_NE(token_in(b.fetch(project("own"))), nullptr);
    EXPECT_NE(token_in(b.fetch({})), nullptr);
    EXPECT_EQ(b.did[0], "application credential right for unscoped");
    const fetch_result other = b.fetch(project("other"));
    EXPECT_EQ(failure_in(other).error.code, errc::no_such_resource);
    EXPECT_EQ(failure_in(other).retry, retry_rule::remember);
    EXPECT_NE(failure_in(other).error.detail.find("own alone, not for project:other"), std::string::npos);
}

TEST(LoginFlow, ATokenThatNamesNoScopeIsForNone) {
    credential_bench b;
    b.know("right");
    b.iam = [&](const login_request&) { return granted(make_token("vague", b.now.boot)); };
    EXPECT_EQ(failure_in(b.fetch(project("own"))).error.code, errc::no_such_resource);
}

TEST(LoginFlow, ApplicationCredentialsMayBeInRotationAndAreGuarded) {
    credential_bench b;
    b.know("wrong", "right");
    EXPECT_NE(token_in(b.fetch(project("own"))), nullptr);
    b.know("wrong");
    for (int i = 0; i < 5; ++i) EXPECT_EQ(failure_in(b.fetch({})).error.code, errc::credential_rejected);
    EXPECT_EQ(b.guard.refusals(b.user, b.digest("wrong")), 2U);
    EXPECT_EQ(b.logins, 3);
}

TEST(LoginFlow, AnApplicationCredentialIsNotAskedInAnotherForm) {
    credential_bench b;
    b.iam = [](const login_request&) { return failed(400, errc::iam_protocol, retry_rule::remember); };
    b.fetch({});
    EXPECT_EQ(b.logins, 1);
}

struct given_bench : flow_bench {
    given_bench() {
        identity.auth.type = auth_type::token;
        know("given");
        description = [this] {
            auto whole = make_token("given", now.boot);
            whole->value = secret("given");
            whole->renewable = false;
            return granted(std::move(whole));
        };
        iam = [this](const login_request& request) {
            return request.target == project("no") ? no_such_scope()
                                                   : granted(make_token("scoped", now.boot));
        };
    }
};

TEST(LoginFlow, AGivenTokenIsDescribedOnceAndRescoped) {
    given_bench b;
    for (const char* name : {"a", "b"}) {
        const fetch_result made = b.fetch(project(name));
        ASSERT_NE(token_in(made), nullptr);
        EXPECT_FALSE((*token_in(made))->renewable);
    }
    EXPECT_EQ(b.did, (steps{"describe", "token given for project:a", "token given for project:b"}));
    EXPECT_EQ(failure_in(b.fetch(project("no"))).error.code, errc::unknown_scope);
}

TEST(LoginFlow, AGivenTokenIsItsOwnScope) {
    given_bench b;
    const fetch_result made = b.fetch({});
    ASSERT_NE(token_in(made), nullptr);
    EXPECT_EQ((*token_in(made))->value.reveal(), "given");
}

TEST(LoginFlow, AnotherGivenTokenIsDescribedAnew) {
    given_bench b;
    b.fetch(project("a"));
    b.know("another");
    b.did.clear();
    b.fetch(project("a"));
    EXPECT_EQ(b.did[0], "describe");
}

TEST(LoginFlow, AGivenTokenThatHasEndedIsToldAndNothingIsTriedUntilItChanges) {
    for (const unsigned status : {401U, 404U}) {
        given_bench b;
        b.description = [&] { return no_such_scope(status); };
        const fetch_result ended = b.fetch(project("a"));
        EXPECT_EQ(failure_in(ended).error.code, errc::credential_rejected);
        EXPECT_EQ(failure_in(ended).retry, retry_rule::rearm);
        EXPECT_EQ(b.did, steps{"describe"});
    }
}

TEST(LoginFlow, AGivenTokenThatMayNotAskAboutItselfIsValidated) {
    for (const bool dead : {false, true}) {
        given_bench b;
        b.description = [] { return no_such_scope(403); };
        b.lives = [&](const secret&) { return dead ? validity::dead : validity::alive; };
        const fetch_result made = b.fetch(project("a"));
        EXPECT_EQ(failure_in(made).error.code, dead ? errc::credential_rejected : errc::no_such_resource);
        EXPECT_EQ(b.did, (steps{"describe", "validate given"}));
    }
}

TEST(LoginFlow, AGivenTokenThatEndsWithinASecondHasEnded) {
    given_bench b;
    b.description = [&] { return granted(make_token("given", b.now.boot, 999ms)); };
    EXPECT_EQ(failure_in(b.fetch(project("a"))).error.code, errc::credential_rejected);
}

TEST(LoginFlow, AnIamThatIsAwaySaysNothingAboutAGivenToken) {
    given_bench b;
    b.description = [] { return failed(503); };
    EXPECT_EQ(failure_in(b.fetch(project("a"))).error.code, errc::iam_unavailable);
    b.unreadable = "the token is empty";
    EXPECT_EQ(failure_in(b.fetch(project("a"))).error.detail, "no login: the token is empty");
    EXPECT_EQ(b.logins, 0);
}

TEST(LoginFlow, AGivenTokenThatDiesWhileAScopeIsOpenedIsTriedAgain) {
    given_bench b;
    b.fetch(project("a"));
    b.lives = [](const secret&) { return validity::dead; };
    b.iam = [](const login_request&) { return no_such_scope(); };
    EXPECT_EQ(failure_in(b.fetch(project("a"))).error.code, errc::iam_unavailable);
    EXPECT_EQ(b.state().parent.get(), nullptr);
}

} // namespace
} // namespace tokenward::testing
