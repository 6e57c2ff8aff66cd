// Passcodes: one for each step, by the IAM's clock; persons who give them; logins that go on with a receipt.
#include "tests/unit/core/login_flow_fixture.hpp"

namespace tokenward::testing {
namespace {

using steps = std::vector<std::string>;
using action = login_step::action;

struct passcode_bench : flow_bench {
    passcode_bench() {
        identity.auth.multifactor = true;
        iam = [this](const login_request& request) {
            if (request.method == login_method::password) return wants_passcode("half");
            if (request.passcode && request.passcode->reveal() != "123456") return refused();
            return granted(make_token(request.method == login_method::token ? "scoped" : "login", now.boot));
        };
    }
    void make_passcodes() {
        identity.auth.totp = totp_config{};
        totp_key = std::make_shared<const secret>("key");
        know("first");
    }
    std::int64_t iam_step() const { return time().iam.time_since_epoch() / 30s; }
};

TEST(LoginFlow, APasscodesStepIsSpentBeforeItIsSentAndNeverTwice) {
    passcode_bench b;
    b.make_passcodes();
    b.identity.rescope = rescope_mode::off;
    const std::string step = std::to_string(b.iam_step());
    b.fetch(project("a"));
    EXPECT_EQ(b.did, steps{"password+totp first step " + step + " for project:a"});
    b.did.clear();
    b.step(10s);
    b.fetch(project("b"));
    EXPECT_EQ(b.did, (steps{"wait 20000",
                            "password+totp first step " + std::to_string(b.iam_step()) + " for project:b"}));
    EXPECT_NE(std::to_string(b.iam_step()), step);
}

TEST(LoginFlow, AStepIsSpentThoughTheLoginIsAbandoned) {
    passcode_bench b;
    b.make_passcodes();
    login_flow flow(b.state(), project("a"), 0s);
    ASSERT_EQ(b.go_on_until(flow, action::send).what, action::send);
    flow.abandon(false, b.now.boot);
    EXPECT_EQ(b.guard.spent_step(b.user), b.iam_step());
}

TEST(LoginFlow, ThePasscodeFollowsTheIamsClock) {
    passcode_bench b;
    b.make_passcodes();
    b.iam_known = false;
    b.iam_ahead = 300s;
    b.identity.rescope = rescope_mode::off;
    b.fetch(project("a"));
    EXPECT_EQ(b.did, (steps{"ask time", "ask time",
                            "password+totp first step " + std::to_string(b.iam_step()) + " for project:a"}))
        << "the first date was not believed";
}

TEST(LoginFlow, AnIamThatDoesNotSayTheTimeIsNotAskedTwice) {
    passcode_bench b;
    b.make_passcodes();
    b.iam_known = false;
    b.time_is_answered = false;
    b.identity.rescope = rescope_mode::off;
    b.fetch(project("a"));
    ASSERT_EQ(b.did.size(), 2U);
    EXPECT_EQ(b.did[0], "ask time");
}

TEST(LoginFlow, AStepThatWasSpentByAWrongClockHoldsNobodyUp) {
    passcode_bench b;
    b.make_passcodes();
    b.guard.spend(b.user, b.iam_step() + 1000);
    EXPECT_NE(token_in(b.fetch(project("a"))), nullptr);
    EXPECT_EQ(b.notes, steps{"spent_step_ahead"});
    EXPECT_EQ(b.did[0], "wait 30000") << "the present step's passcode may have been sent";
}

TEST(LoginFlow, OneLoginWithAPasscodeOpensAllScopes) {
    passcode_bench b;
    b.make_passcodes();
    for (const char* name : {"a", "b", "c"}) EXPECT_NE(token_in(b.fetch(project(name))), nullptr);
    EXPECT_EQ(b.logins, 1);
}

TEST(LoginFlow, APersonIsAskedAndTheirPasscodeOpensAllScopes) {
    passcode_bench b;
    const fetch_result wanted = b.fetch(project("a"));
    EXPECT_EQ(failure_in(wanted).error.code, errc::passcode_required);
    EXPECT_EQ(failure_in(wanted).retry, retry_rule::rearm);
    EXPECT_EQ(b.logins, 0) << "the password alone would be refused";
    EXPECT_NE(token_in(b.give("123456")), nullptr);
    EXPECT_EQ(b.did, steps{"password+totp first code 123456 for unscoped"});
    const fetch_result opened = b.fetch(project("a"));
    ASSERT_NE(token_in(opened), nullptr);
    EXPECT_EQ((*token_in(opened))->renew_ahead, std::optional<duration>(900s))
        << "a quarter of the login's life";
    EXPECT_EQ(b.logins, 1);
}

TEST(LoginFlow, APersonsLoginOpensScopesUntilTheyAreAskedAgain) {
    passcode_bench b;
    b.identity.passcode_notice = 10min;
    b.give("123456");
    b.step(50min - 1s);
    EXPECT_NE(token_in(b.fetch(project("a"))), nullptr);
    b.step(1s);
    EXPECT_EQ(failure_in(b.fetch(project("a"))).error.code, errc::passcode_required);
}

TEST(LoginFlow, APersonMayBeMistakenFourTimesWithinAQuarterOfAnHour) {
    passcode_bench b;
    for (int i = 0; i < 6; ++i) EXPECT_EQ(failure_in(b.give("000000")).error.code, errc::credential_rejected);
    EXPECT_EQ(b.logins, 4) << "what was refused is forgiven, but the window holds";
    b.step(15min);
    EXPECT_NE(token_in(b.give("123456")), nullptr);
}

TEST(LoginFlow, OfTwoPasswordsAPersonsPasscodeGoesWithTheFirst) {
    passcode_bench b;
    b.know("first", "second");
    b.give("000000");
    EXPECT_EQ(b.did, steps{"password+totp first code 000000 for unscoped"})
        << "a passcode is good for one login";
}

TEST(LoginFlow, OfTwoPasswordsAPersonsNextPasscodeGoesWithTheOneThatWasNotTriedLast) {
    passcode_bench b;
    b.know("wrong", "right");
    for (int i = 0; i < 3; ++i) b.give("000000"); // a mistyped one may have gone with the right password
    b.did.clear();
    b.give("000000");
    EXPECT_EQ(b.did, steps{"password+totp right code 000000 for unscoped"});
}

TEST(LoginFlow, APersonWhoseSecretCanNotBeReadIsToldWhy) {
    passcode_bench b;
    b.unreadable = "the password is empty";
    EXPECT_EQ(failure_in(b.give("123456")).error.code, errc::internal);
}

TEST(LoginFlow, PasscodesAreForThoseWhoNeedThem) {
    passcode_bench by_itself;
    by_itself.make_passcodes();
    EXPECT_EQ(failure_in(by_itself.give("123456")).error.code, errc::bad_request);
    flow_bench by_password;
    EXPECT_EQ(failure_in(by_password.give("123456")).error.code, errc::bad_request);
}

TEST(LoginFlow, AReceiptStandsForThePassword) {
    passcode_bench b;
    b.identity.auth.multifactor = false; // nobody has told the daemon
    EXPECT_EQ(failure_in(b.fetch(project("a"))).error.code, errc::passcode_required);
    EXPECT_EQ(b.guard.refusals(b.user, b.digest("first")), 0U) << "the password is right";
    b.did.clear();
    EXPECT_EQ(failure_in(b.fetch(project("a"))).error.code, errc::passcode_required);
    EXPECT_EQ(b.did, steps{}) << "no other login without a passcode";
    EXPECT_NE(token_in(b.give("123456")), nullptr);
    EXPECT_EQ(b.did, steps{"totp code 123456 receipt half for unscoped"});
    b.did.clear();
    EXPECT_NE(token_in(b.give("123456")), nullptr);
    EXPECT_EQ(b.did, steps{"password+totp first code 123456 for unscoped"}) << "a receipt is used once";
}

TEST(LoginFlow, AReceiptThatIsTooOldIsNotShown) {
    passcode_bench b;
    b.identity.auth.multifactor = false;
    b.fetch(project("a"));
    b.did.clear();
    b.step(290s);
    b.give("123456");
    EXPECT_EQ(b.did, steps{"password+totp first code 123456 for unscoped"});
}

TEST(LoginFlow, AReceiptHasScopesOpenedFromAPersonsLoginEvenWhereRescopingIsOff) {
    passcode_bench b;
    b.identity.auth.multifactor = false;
    b.identity.rescope = rescope_mode::off;
    b.fetch(project("a"));
    b.give("123456");
    EXPECT_NE(token_in(b.fetch(project("a"))), nullptr);
    EXPECT_EQ(b.did.back(), "token value of login for project:a");
}

} // namespace
} // namespace tokenward::testing
