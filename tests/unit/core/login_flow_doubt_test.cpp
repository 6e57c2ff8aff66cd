// A secret that was refused once, where the IAM wants a scope in every login or does not rescope.
#include "tests/unit/core/login_flow_scopes_bench.hpp"

namespace tokenward::testing {
namespace {

using steps = std::vector<std::string>;

// As a daemon finds it that was killed before the answer came.
TEST(LoginFlow, APasswordInDoubtIsTriedForTheScopeWhereEveryLoginNeedsOne) {
    for (const rescope_mode mode : {rescope_mode::off, rescope_mode::automatic, rescope_mode::always}) {
        for (const bool is_known : {false, true}) {
            scopes_bench b;
            b.identity.rescope = mode;
            b.wants_scope = true;
            b.state().wants_scope = is_known;
            b.guard.sending(b.user, b.digest("first"), b.now.boot);
            b.restart_guard();
            b.step(2s); // so that nothing is paced
            EXPECT_NE(token_in(b.fetch(project("a"))), nullptr) << static_cast<int>(mode) << is_known;
        }
    }
}

TEST(LoginFlow, APasswordThatWasRefusedWhereEveryLoginNeedsAScopeIsRejected) {
    scopes_bench b;
    b.wants_scope = true;
    const auto knows = b.iam;
    b.iam = [&](const login_request& request) {
        return request.target.kind == scope_kind::unscoped ? knows(request) : refused();
    };
    EXPECT_EQ(failure_in(b.fetch(project("a"))).error.code, errc::credential_rejected);
}

TEST(LoginFlow, AScopeOfAPasswordInDoubtIsHadWhereTheIamDoesNotRescope) {
    scopes_bench b;
    b.never_rescopes = true;
    b.guard.sending(b.user, b.digest("first"), b.now.boot);
    b.restart_guard();
    b.step(2s); // so that nothing is paced
    b.identity.scopes = {{"a", project("a")}};
    EXPECT_NE(token_in(b.fetch(project("a"))), nullptr);
    EXPECT_EQ(b.did, (steps{"probe", "password first for unscoped", "token value of login 1 for project:a",
                            "validate value of login 1", "password first for project:a"}));
    EXPECT_EQ(b.notes, steps{"rescoping_refused"});
    b.step(1h);
    EXPECT_NE(token_in(b.fetch(project("a"))), nullptr);
}

} // namespace
} // namespace tokenward::testing
