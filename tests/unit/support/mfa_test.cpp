// Logins with a passcode: RFC 6238, once each, and Keystone's receipts.
#include "tests/unit/support/standin_fixture.hpp"

#include "tests/support/standin/totp.hpp"

#include <gmock/gmock.h>

namespace tokenward::support {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view mfa_password = "stand-in-password-of-mfa-bot";

TEST(Totp, IsThatOfRfc6238) {
    const std::string secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"; // "12345678901234567890"
    EXPECT_EQ(standin::totp(secret, 59 / 30), "287082");
    EXPECT_EQ(standin::totp(secret, 1111111109 / 30), "081804");
    EXPECT_EQ(standin::totp(secret, 20000000000LL / 30), "353130");
}

class MfaLogin : public standin_test {
  protected:
    std::string passcode() const { return x_iam.passcode("mfa-bot"); }

    static std::string both(std::string_view code) {
        const std::string home = R"("name":"mfa-bot","domain":{"name":"OTC00000000001000000000"})";
        return R"({"auth":{"identity":{"methods":["password","totp"],"password":{"user":{)" + home +
               R"(,"password":"stand-in-password-of-mfa-bot"}},"totp":{"user":{)" + home +
               R"(,"passcode":")" + std::string(code) + R"("}}}}})";
    }

    static std::string code_alone(std::string_view code) {
        return R"({"auth":{"identity":{"methods":["totp"],"totp":{"user":{"name":"mfa-bot",)"
               R"("domain":{"name":"OTC00000000001000000000"},"passcode":")" +
               std::string(code) + R"("}}}}})";
    }
};

TEST_F(MfaLogin, NeedsPasswordAndPasscode) {
    EXPECT_EQ(log_in(password_login("", mfa_password, "mfa-bot")).status, 401);
    const auto reply = log_in(both(passcode()));
    EXPECT_EQ(reply.status, 201);
    EXPECT_THAT(reply.body, HasSubstr(R"("methods":["password","totp"])"));
    EXPECT_THAT(reply.body, HasSubstr("mfa_authn_at"));
}

TEST_F(MfaLogin, TakesAPasscodeOnce) {
    const auto code = passcode();
    EXPECT_EQ(log_in(both(code)).status, 201);
    const auto again = log_in(both(code));
    EXPECT_EQ(again.status, 400);
    EXPECT_THAT(again.body, HasSubstr("IAM.1061"));
    x_iam.set_clock_offset(std::chrono::seconds{30});
    EXPECT_EQ(log_in(both(passcode())).status, 201);
}

TEST_F(MfaLogin, TakesThePasscodeOfTheStepBeforeAndNoOlderOne) {
    x_iam.set(R"({"clock_stopped": true})");
    const auto code = passcode();
    x_iam.set_clock_offset(std::chrono::seconds{60});
    EXPECT_EQ(log_in(both(code)).status, 400);
    const auto later = passcode();
    x_iam.set_clock_offset(std::chrono::seconds{90});
    EXPECT_EQ(log_in(both(later)).status, 201);
}

TEST_F(MfaLogin, TakesNoPasscodeOfAnotherUser) {
    auto body = both(passcode());
    body.replace(body.rfind("mfa-bot"), 7, "ci-bot");
    EXPECT_EQ(log_in(body).status, 400);
}

TEST_F(MfaLogin, AWrongPasscodeIs401InKeystone) {
    x_iam.set(R"({"dialect": "keystone"})");
    EXPECT_EQ(log_in(both("x")).status, 401);
}

TEST_F(MfaLogin, APasscodeAloneIsNotEnough) {
    EXPECT_EQ(log_in(code_alone(passcode())).status, 401);
}

TEST_F(MfaLogin, KeystoneGivesAReceiptForThePasswordThatThePasscodeCompletes) {
    x_iam.set(R"({"dialect": "keystone"})");
    const auto first = log_in(password_login("", mfa_password, "mfa-bot"));
    EXPECT_EQ(first.status, 401);
    EXPECT_THAT(first.body, HasSubstr(R"("required_auth_methods":[["password","totp"]])"));
    const auto receipt = first.header("Openstack-Auth-Receipt");
    ASSERT_FALSE(receipt.empty());
    EXPECT_EQ(log_in(code_alone(passcode()), {{"Openstack-Auth-Receipt", receipt}}).status, 201);
}

TEST_F(MfaLogin, NeedsNoNewPasscodeForAFurtherScope) {
    const auto parent = log_in(both(passcode())).header("X-Subject-Token");
    EXPECT_EQ(log_in(token_login(parent, R"({"project":{"name":"eu-nl"}})")).status, 201);
}

} // namespace
} // namespace tokenward::support
