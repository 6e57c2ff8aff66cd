// Logins at the stand-in: what is granted, what is refused, and in whose words.
#include "tests/unit/support/standin_fixture.hpp"

#include <gmock/gmock.h>

namespace tokenward::support {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Login : public standin_test {};

TEST_F(Login, ByNameForAProjectGivesATokenAndItsDescription) {
    const auto reply = log_in();
    EXPECT_EQ(reply.status, 201);
    EXPECT_EQ(reply.header("X-Subject-Token").size(), 1224);
    EXPECT_THAT(reply.body, HasSubstr(R"("methods":["password"])"));
    EXPECT_THAT(reply.body, HasSubstr(R"("name":"ci-bot")"));
    EXPECT_THAT(reply.body, HasSubstr(R"("project":{"id":)"));
    EXPECT_THAT(reply.body, HasSubstr(R"("catalog":[)"));
    EXPECT_THAT(reply.body, ::testing::ContainsRegex(R"("expires_at":"[0-9-]+T[0-9:]+\.[0-9]{6}Z")"));
}

TEST_F(Login, UnderAPrefixIsALoginToo) {
    const auto reply =
        x_iam.connect().request("POST", "/identity/v3/auth/tokens?nocatalog=1", {}, password_login());
    EXPECT_EQ(reply.status, 201);
    EXPECT_THAT(reply.body, Not(HasSubstr("catalog")));
}

TEST_F(Login, ByUserIdNeedsNoDomain) {
    const auto body = log_in().body;
    const auto id = body.substr(body.find(R"("user":{"id":")") + 14, 32);
    const auto reply = log_in(R"({"auth":{"identity":{"methods":["password"],"password":{"user":{"id":")" +
                              id + R"(","password":"stand-in-password-of-ci-bot"}}}}})");
    EXPECT_EQ(reply.status, 201);
}

TEST_F(Login, EveryScopeFormIsGrantedAndCounted) {
    const auto body = log_in().body;
    const auto id = body.substr(body.find(R"("project":{"id":")") + 17, 32);
    EXPECT_EQ(log_in(password_login(R"({"project":{"id":")" + id + R"("}})")).status, 201);
    EXPECT_EQ(
        log_in(password_login(R"({"project":{"name":"eu-nl","domain":{"name":"OTC00000000001000000000"}}})"))
            .status,
        201);
    EXPECT_EQ(log_in(password_login(R"({"domain":{"name":"OTC00000000001000000000"}})")).status, 201);
    EXPECT_EQ(log_in(password_login("")).status, 201);
    const auto counted = x_iam.state().by_scope;
    for (const auto& scope : {std::string("project:eu-de"), "project_id:" + id, std::string("project:eu-nl"),
                              std::string("domain:OTC00000000001000000000"), std::string("unscoped")})
        EXPECT_EQ(counted.at(scope).succeeded, 1) << scope;
}

TEST_F(Login, WithoutAScopeIsForTheDomainOnOtcAndUnscopedInKeystone) {
    EXPECT_THAT(log_in(password_login("")).body, HasSubstr(R"("domain":{"id":)"));
    x_iam.set(R"({"dialect": "keystone"})");
    const auto body = log_in(password_login("")).body;
    EXPECT_THAT(body, Not(HasSubstr("roles")));
    EXPECT_THAT(body, Not(HasSubstr("catalog")));
}

TEST_F(Login, AProjectAndADomainTogetherAreAProjectOnOtcAndRefusedByKeystone) {
    const auto both =
        password_login(R"({"project":{"name":"eu-de"},"domain":{"name":"OTC00000000001000000000"}})");
    EXPECT_THAT(log_in(both).body, HasSubstr(R"("project":{)"));
    x_iam.set(R"({"dialect": "keystone"})");
    EXPECT_EQ(log_in(both).status, 400);
}

TEST_F(Login, KeystoneWantsADomainBesideEveryNameAndOtcBesideTheUsers) {
    const auto without_domain =
        R"({"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"ci-bot","password":"x"}}}}})";
    EXPECT_EQ(log_in(without_domain).status, 400);
    EXPECT_EQ(log_in(password_login(R"({"project":{"name":"eu-de"}})")).status, 201);
    x_iam.set(R"({"dialect": "keystone"})");
    EXPECT_EQ(log_in(password_login(R"({"project":{"name":"eu-de"}})")).status, 400);
}

TEST_F(Login, AWrongPasswordAndAnUnknownUserAreRefusedAlike) {
    const auto wrong = log_in(password_login("", "wrong"));
    const auto unknown = log_in(password_login("", "wrong", "nobody"));
    EXPECT_EQ(wrong.status, 401);
    EXPECT_THAT(wrong.body, HasSubstr("IAM.0062"));
    EXPECT_EQ(unknown.status, wrong.status);
    EXPECT_EQ(unknown.body, wrong.body);
    EXPECT_FALSE(wrong.has_header("X-Subject-Token"));
    EXPECT_EQ(x_iam.state().by_user.at("ci-bot").refused, 1);
}

TEST_F(Login, KeystoneRefusesInItsOwnWords) {
    x_iam.set(R"({"dialect": "keystone"})");
    const auto reply = log_in(password_login("", "wrong"));
    EXPECT_EQ(reply.status, 401);
    EXPECT_THAT(reply.body, HasSubstr(R"({"error":{"code":401,"message":)"));
    EXPECT_THAT(reply.header("WWW-Authenticate"), HasSubstr("Keystone uri="));
}

TEST_F(Login, AnUnknownProjectIs404OnOtcAnd401InKeystoneOrAsSet) {
    const auto misspelt =
        password_login(R"({"project":{"name":"eu-dee","domain":{"name":"OTC00000000001000000000"}}})");
    EXPECT_EQ(log_in(misspelt).status, 404);
    x_iam.set(R"({"dialect": "keystone"})");
    EXPECT_EQ(log_in(misspelt).status, 401);
    x_iam.set(R"({"unknown_project": 403})");
    EXPECT_EQ(log_in(misspelt).status, 403);
}

TEST_F(Login, AProjectWithoutARoleIsAsGoodAsUnknown) {
    const auto as_limited = [](std::string_view scope) {
        return password_login(scope, "stand-in-password-of-limited-bot", "limited-bot");
    };
    EXPECT_EQ(log_in(as_limited(R"({"project":{"name":"eu-de"}})")).status, 201);
    EXPECT_EQ(log_in(as_limited(R"({"project":{"name":"eu-nl"}})")).status, 404);
}

TEST_F(Login, ABodyThatIsNoLoginIs400) {
    EXPECT_EQ(log_in("{}").status, 400);
    EXPECT_EQ(log_in("no json").status, 400);
    EXPECT_EQ(log_in(R"({"auth":{"identity":{"methods":["password"]}}})").status, 400);
    EXPECT_EQ(x_iam.state().logins.refused, 3);
}

TEST_F(Login, AChangedPasswordIsTheOneThatCounts) {
    x_iam.set_password("ci-bot", "a-new-one");
    EXPECT_EQ(log_in().status, 401);
    EXPECT_EQ(log_in(password_login("", "a-new-one")).status, 201);
}

TEST_F(Login, ALockedUserIsRefusedEvenWithTheRightPassword) {
    x_iam.set(R"({"lockout_after": 2})");
    log_in(password_login("", "wrong"));
    EXPECT_EQ(log_in().status, 201); // a success starts the count anew
    log_in(password_login("", "wrong"));
    log_in(password_login("", "wrong"));
    EXPECT_THAT(log_in().body, HasSubstr("IAM.0061"));
    x_iam.set(R"({"lockout_after": 0})");
    EXPECT_EQ(log_in().status, 201);
}

TEST_F(Login, AnApplicationCredentialBringsItsProjectAndTakesNoScope) {
    const std::string body =
        R"({"auth":{"identity":{"methods":["application_credential"],"application_credential":)"
        R"({"id":"stand-in-credential","secret":"stand-in-secret-of-credential"}})";
    const auto reply = log_in(body + "}}");
    EXPECT_EQ(reply.status, 201);
    EXPECT_THAT(reply.body, HasSubstr(R"("name":"eu-de")"));
    EXPECT_EQ(log_in(body + R"(,"scope":{"project":{"name":"eu-nl"}}}})").status, 401);
    const auto token = reply.header("X-Subject-Token");
    EXPECT_EQ(log_in(token_login(token, R"({"project":{"name":"eu-nl"}})")).status, 403);
}

TEST_F(Login, TheVersionDocumentIsFoundWhereClientsLook) {
    const auto reply = x_iam.connect().get("/v3");
    EXPECT_EQ(reply.status, 200);
    EXPECT_THAT(reply.body, HasSubstr(R"("id":"v3.14")"));
    EXPECT_EQ(x_iam.connect().get("/nothing").status, 404);
}

} // namespace
} // namespace tokenward::support
