// Virtual MFA: passcodes that are spent once, by the daemon itself or by a person; one login that opens many
// scopes.
#include "tests/integration/daemon_under_test.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

using namespace tokenward::testing;
using tokenward::support::eventually;

namespace {

constexpr auto mfa_user = "mfa-bot";
constexpr auto mfa_password = "stand-in-password-of-mfa-bot";
constexpr auto totp_seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"; // of the stand-in, as in its README.md
constexpr auto five = "{a: {project_name: p-1}, b: {project_name: p-2}, c: {project_name: p-3}, "
                      "d: {project_name: p-4}, e: {project_name: p-5}}";

daemon_settings of_mfa_bot(const iam_standin& iam, const std::string& extra = {}) {
    iam.add_projects(5);
    return {
        .auth_url = iam.auth_url(), .scopes = five, .extra = extra, .user = mfa_user, .secret = mfa_password};
}

daemon_settings unattended(const iam_standin& iam, const std::string& extra = {}) {
    daemon_settings s = of_mfa_bot(iam, extra);
    tokenward::support::output_audit::instance().forbid("the TOTP secret", totp_seed);
    s.more_auth = std::string("      totp_secret: \"") + totp_seed + "\"\n";
    return s;
}

http_reply give(const daemon_under_test& d, const std::string& passcode) {
    return d.post("/v1/identities/ci/passcode", R"({"passcode":")" + passcode + "\"}");
}

std::string another(std::string passcode) {
    passcode[0] = passcode[0] == '9' ? '0' : static_cast<char>(passcode[0] + 1);
    return passcode;
}

} // namespace

TEST(UnattendedMfa, OnePasscodeOpensFiveProjects) {
    iam_standin iam;
    daemon_under_test d(unattended(iam));
    for (const char* scope : {"a", "b", "c", "d", "e"}) EXPECT_NE(d.token(scope), "");
    auto seen = iam.state();
    EXPECT_EQ(seen.by_method["password+totp"].succeeded, 1U);
    EXPECT_EQ(seen.by_method["token"].succeeded, 5U);
    EXPECT_EQ(seen.logins.refused, 0U);
}

TEST(UnattendedMfa, ARenewalIsOneLoginAndTheScopesFollow) {
    iam_standin iam;
    iam.set_lifetime(
        15s); // the second login can't be sooner than the next step of 30 s: tokens run out meanwhile
    daemon_under_test d(unattended(iam));
    std::string first = d.fingerprint("a");
    EXPECT_TRUE(eventually(
        [&] {
            auto now = d.fingerprint("a");
            return !now.empty() && now != first && iam.state().by_method["password+totp"].succeeded >= 2;
        },
        60s));
    EXPECT_EQ(iam.state().logins.refused, 0U) << "no passcode was sent twice";
}

TEST(UnattendedMfa, WithoutRescopingEachScopeWaitsForAStepOfItsOwn) {
    iam_standin iam;
    auto s = unattended(iam, "    rescope: never\n");
    s.scopes = "{a: {project_name: p-1}, b: {project_name: p-2}}";
    daemon_under_test d(s);
    EXPECT_TRUE(eventually(
        [&] {
            return d.get("/v1/tokens/ci/a?max_wait=0").status == 200 &&
                   d.get("/v1/tokens/ci/b?max_wait=0").status == 200;
        },
        60s));
    auto seen = iam.state();
    EXPECT_EQ(seen.by_method["password+totp"].succeeded, 2U);
    EXPECT_EQ(seen.logins.refused, 0U);
}

TEST(UnattendedMfa, AStepThatWasSpentBeforeAKillIsNotSpentAgain) {
    iam_standin iam;
    auto s = unattended(iam);
    s.scopes = "{a: {project_name: p-1}}";
    daemon_under_test d(s);
    EXPECT_NE(d.token("a"), "");
    const std::string kept = tokenward::support::read_file(d.state_directory() + "/guard.json");
    EXPECT_EQ(kept.find(R"("in_flight":true)"), std::string::npos)
        << "no token comes before its login has ended in the file too";
    d.kill();
    d.start();
    EXPECT_TRUE(eventually([&] { return d.get("/v1/tokens/ci/a?max_wait=0").status == 200; }, 60s));
    EXPECT_EQ(iam.state().logins.refused, 0U);
    EXPECT_EQ(iam.state().by_method["password+totp"].succeeded, 2U);
}

TEST(UnattendedMfa, ThePasscodeFollowsTheIamsClock) {
    iam_standin iam;
    iam.set_clock_offset(300s);
    daemon_under_test d(unattended(iam));
    EXPECT_NE(d.token("a"), "");
    EXPECT_EQ(iam.state().logins.refused, 0U);
}

TEST(UnattendedMfa, AParentThatWasRevokedIsReplacedByALogin) {
    iam_standin iam;
    daemon_under_test d(unattended(iam));
    std::string first = d.fingerprint("a");
    iam.revoke_all();
    EXPECT_EQ(member(d.report(first, "a"), "verdict"), "invalidated");
    EXPECT_TRUE(eventually([&] { return d.get("/v1/tokens/ci/a?max_wait=0").status == 200; }, 60s));
    EXPECT_EQ(iam.state().by_method["password+totp"].succeeded, 2U);
}

TEST(UnattendedMfa, AMisspeltProjectCostsNoPasscode) {
    iam_standin iam;
    daemon_under_test d(unattended(iam));
    EXPECT_NE(d.token("a"), "");
    auto reply = d.get("/v1/tokens/ci/project:nowhere");
    EXPECT_EQ(reply.status, 404) << reply.body;
    EXPECT_EQ(iam.state().by_method["password+totp"].attempted, 1U);
}

TEST(UnattendedMfa, WhereTheIamDoesNotRescopeEachScopeHasALogin) {
    iam_standin iam;
    auto s = unattended(iam);
    s.scopes = "{a: {project_name: p-1}}";
    s.wait_ready = false;
    daemon_under_test d(s);
    iam.fault(R"({"kind":"delay","ms":0})"); // the full login passes
    iam.fault(R"({"kind":"status","status":403})");
    d.start();
    EXPECT_TRUE(eventually([&] { return d.get("/v1/tokens/ci/a?max_wait=0").status == 200; }, 60s));
    EXPECT_EQ(iam.state().by_method["password+totp"].succeeded, 2U);
}

TEST(AttendedMfa, APersonIsAskedOnceForAllScopes) {
    iam_standin iam;
    daemon_under_test d(of_mfa_bot(iam, "    auth_type: v3multifactor\n"));
    auto refused = d.get("/v1/tokens/ci/a");
    EXPECT_EQ(refused.status, 409) << refused.body;
    EXPECT_EQ(member(refused.body, "type"), "urn:tokenward:passcode_required");
    EXPECT_NE(refused.body.find("tokenward login ci"), std::string::npos)
        << "says what to do: " << refused.body;
    EXPECT_TRUE(d.reaches("passcode"));
    EXPECT_EQ(iam.logins(), 0U) << "the password alone would be refused";

    EXPECT_EQ(give(d, iam.passcode(mfa_user)).status, 204);
    for (const char* scope : {"a", "b", "c", "d", "e"}) EXPECT_NE(d.token(scope), "");
    EXPECT_EQ(iam.state().by_method["password+totp"].succeeded, 1U);
}

TEST(AttendedMfa, AWrongPasscodeIsSaidAndTheNextOneMayBeRight) {
    iam_standin iam;
    daemon_under_test d(of_mfa_bot(iam, "    auth_type: v3totp\n"));
    for (int i = 0; i < 2; ++i) {
        auto reply = give(d, another(iam.passcode(mfa_user)));
        EXPECT_EQ(reply.status, 424) << reply.body;
        EXPECT_NE(reply.body.find("IAM.1061"), std::string::npos) << reply.body;
    }
    EXPECT_EQ(give(d, iam.passcode(mfa_user)).status, 204);
    EXPECT_NE(d.token("a"), "");
}

TEST(AttendedMfa, FiveWrongPasscodesAreOneTooManyWhoeverTypesThem) {
    iam_standin iam;
    daemon_under_test d(of_mfa_bot(iam, "    auth_type: v3totp\n"));
    for (int i = 0; i < 5; ++i) EXPECT_EQ(give(d, another(iam.passcode(mfa_user))).status, 424);
    EXPECT_EQ(iam.state().logins.refused, 4U) << "a user of Open Telekom Cloud is locked at the fifth";
}

TEST(AttendedMfa, ReceiptIsWhatAPasswordAloneGetsAndWhatAPasscodeFinishes) {
    iam_standin iam;
    iam.set(R"({"dialect":"keystone"})");
    daemon_under_test d(of_mfa_bot(iam)); // nobody has told the daemon of MFA
    auto refused = d.get("/v1/tokens/ci/a");
    EXPECT_EQ(refused.status, 409) << refused.body;
    EXPECT_NE(refused.body.find("totp_secret"), std::string::npos) << refused.body;
    EXPECT_EQ(give(d, iam.passcode(mfa_user)).status, 204);
    EXPECT_NE(d.token("a"), "");
    EXPECT_NE(d.token("b"), "");
    EXPECT_EQ(iam.state().by_method["totp"].succeeded, 1U) << "the receipt stood for the password";
}

TEST(AttendedMfa, PasscodesAreForThoseWhoNeedThem) {
    iam_standin iam;
    daemon_under_test by_password({.auth_url = iam.auth_url()});
    EXPECT_EQ(give(by_password, "123456").status, 400);
    daemon_under_test by_itself(unattended(iam));
    EXPECT_EQ(give(by_itself, "123456").status, 400);
    EXPECT_EQ(give(by_itself, "12345x").status, 400);
    EXPECT_EQ(by_itself.post("/v1/identities/ci/passcode", R"({"passcode":123456})").status, 400)
        << "a string";
    EXPECT_EQ(by_itself.get("/v1/identities/ci/passcode").status, 405);
}
