// Application credentials, given tokens, and passwords in rotation.
#include "tests/integration/daemon_under_test.hpp"

#include <gtest/gtest.h>

using namespace tokenward::testing;
using tokenward::support::eventually;

namespace {

/// A token that somebody else got: ci-bot's, for eu-de.
std::string token_from(const iam_standin& iam) {
    const std::string body =
        R"({"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"ci-bot","password":")" +
        std::string(iam_standin::password) + R"(","domain":{"name":")" + std::string(iam_standin::domain) +
        R"("}}}},"scope":{"project":{"name":"eu-de"}}}})";
    return iam.connect()
        .request("POST", "/v3/auth/tokens", {{"Content-Type", "application/json"}}, body)
        .header("X-Subject-Token");
}

daemon_settings with_secret(const iam_standin& iam, const std::string& auth, const std::string& type,
                            const std::string& secret) {
    return {.auth_url = iam.auth_url(),
            .scopes = "",
            .extra = "    auth_type: " + type + "\n",
            .auth = auth,
            .secret = secret};
}

std::string file_of(const std::string& key, const daemon_under_test& d) {
    return "      " + key + ": {file: " + d.secret_file() + "}\n";
}

/// A daemon whose `auth` names the file that it itself has.
std::unique_ptr<daemon_under_test> start(daemon_settings s, const std::string& key) {
    s.wait_ready = false;
    auto d = std::make_unique<daemon_under_test>(s);
    s.auth += file_of(key, *d);
    d->write_config(s);
    d->start();
    return d;
}

} // namespace

TEST(ApplicationCredential, BringsTheTokenOfItsProject) {
    iam_standin iam;
    auto d = start(with_secret(iam, "      application_credential_id: stand-in-credential\n",
                               "v3applicationcredential", "stand-in-secret-of-credential"),
                   "application_credential_secret");
    auto reply = d->get("/v1/tokens/ci/default");
    EXPECT_EQ(reply.status, 200) << reply.body;
    EXPECT_NE(reply.body.find("\"eu-de\""), std::string::npos) << reply.body;
    auto other = d->get("/v1/tokens/ci/project_id:0123456789abcdef0123456789abcdef");
    EXPECT_EQ(other.status, 404) << other.body;
    EXPECT_NE(other.body.find("eu-de alone"), std::string::npos) << "says what it is for: " << other.body;
}

TEST(ApplicationCredential, AnUnknownOneIsSaidAndNotTriedOnAndOn) {
    iam_standin iam;
    auto d = start(with_secret(iam, "      application_credential_id: nobodys\n", "v3applicationcredential",
                               "stand-in-secret-of-credential"),
                   "application_credential_secret");
    for (int i = 0; i < 5; ++i) {
        auto reply = d->get("/v1/tokens/ci/default");
        EXPECT_EQ(reply.status, 424) << reply.body;
        EXPECT_NE(reply.body.find("application credential nobodys"), std::string::npos) << reply.body;
    }
    EXPECT_LE(iam.logins(), 2U);
}

TEST(GivenToken, IsServedAndRescopedAndEndsWithoutALogin) {
    iam_standin iam;
    iam.set_lifetime(12s);
    const std::string given = token_from(iam);
    auto d = start(with_secret(iam, "", "v3token", given), "token");
    EXPECT_EQ(d->token("default"), given);
    auto rescoped = d->get("/v1/tokens/ci/project_id:nowhere");
    EXPECT_EQ(rescoped.status, 404) << rescoped.body;
    const std::string other = d->get("/v1/status").body;
    EXPECT_NE(other.find(R"("renews_in":null)"), std::string::npos) << "it is never renewed: " << other;
    EXPECT_TRUE(d->reaches("rejected")) << "it ends, and that is said";
    auto ended = d->get("/v1/tokens/ci/default");
    EXPECT_EQ(ended.status, 424) << ended.body;
    EXPECT_NE(ended.body.find("has ended"), std::string::npos) << ended.body;
    EXPECT_EQ(iam.state().by_method["password"].attempted, 1U) << "ours";
    iam.set_lifetime(3600s);
    d->write_password(token_from(iam) + "\n");
    EXPECT_TRUE(d->reaches("valid")) << "a new one in the file is noticed";
}

// As that of a trust that impersonates: it may not ask about itself, but lives.
TEST(GivenToken, ThatMayNotAskAboutItselfIsNotSaidToHaveEnded) {
    iam_standin iam;
    const std::string given = token_from(iam);
    iam.fault(R"({"kind":"status","path":"validate","status":403,"count":-1,"body":{"message":"may not"}})");
    auto d = start(with_secret(iam, "", "v3token", given), "token");
    const http_reply unreadable = d->get("/v1/tokens/ci/default");
    EXPECT_EQ(unreadable.status, 404) << unreadable.body;
    EXPECT_NE(unreadable.body.find("403 'may not'"), std::string::npos) << unreadable.body;
}

TEST(GivenToken, ThatTheIamCallsExpiredWith403HasEnded) {
    iam_standin iam;
    const std::string given = token_from(iam);
    iam.fault(R"({"kind":"status","path":"validate","status":403,"count":-1,"body":"Token has expired"})");
    auto d = start(with_secret(iam, "", "v3token", given), "token");
    const http_reply ended = d->get("/v1/tokens/ci/default");
    EXPECT_EQ(ended.status, 424) << ended.body;
    EXPECT_NE(ended.body.find("has ended"), std::string::npos) << ended.body;
}

TEST(Rotation, OldAndNewInOneFileAreTriedInOrderAndNeverAreTwoFailuresOfOne) {
    iam_standin iam;
    iam.add_projects(20);
    std::string scopes = "{";
    for (int i = 1; i <= 20; ++i)
        scopes += (i == 1 ? "" : ", ") +
                  ("s" + std::to_string(i) + ": {project_name: p-" + std::to_string(i) + "}");
    iam.set_password(iam_standin::user, "stand-in-new-password");
    daemon_under_test d({.auth_url = iam.auth_url(),
                         .scopes = scopes + "}",
                         .secret = std::string(iam_standin::password) + "\nstand-in-new-password"});
    for (int i = 1; i <= 20; ++i) EXPECT_NE(d.token("s" + std::to_string(i)), "");
    EXPECT_EQ(iam.state().logins.refused, 1U);
    d.kill();
    d.start();
    EXPECT_NE(d.token("s1"), "");
    EXPECT_EQ(iam.state().logins.refused, 1U) << "after a restart the new one is tried first";
}

/// Two passwords, of which the first is right, or the second; and a Keystone, which answers a misspelt
/// project as it answers a wrong password.
class MisspeltScope : public ::testing::TestWithParam<bool> {
  protected:
    void SetUp() override {
        iam.set(R"({"dialect":"keystone"})");
        iam.add_projects(3);
    }
    std::string passwords() const {
        const std::string right(iam_standin::password);
        const std::string wrong = "stand-in-old-password";
        return GetParam() ? right + "\n" + wrong : wrong + "\n" + right;
    }
    iam_standin iam;
};

TEST_P(MisspeltScope, LocksNoPasswordOfARotationOut) {
    daemon_under_test d({.auth_url = iam.auth_url(), .scopes = "{}", .secret = passwords()});
    EXPECT_EQ(d.get("/v1/tokens/ci/project:nowhere").status, 404);
    for (int i = 1; i <= 3; ++i) EXPECT_NE(d.token("project:p-" + std::to_string(i)), "");
    EXPECT_LE(iam.state().by_method["password"].refused, 3U)
        << "two of the wrong password, and one of the right one, for the misspelt project";
}

TEST_P(MisspeltScope, OfTheConfigurationLocksTheOthersOutOfNothing) {
    daemon_under_test d({.auth_url = iam.auth_url(),
                         .scopes = "{a-nowhere: {project_name: nowhere}, p-1: {project_name: p-1}, "
                                   "p-2: {project_name: p-2}, p-3: {project_name: p-3}}",
                         .secret = passwords(),
                         .wait_ready = false});
    d.start();
    for (const char* name : {"p-1", "p-2", "p-3"}) EXPECT_NE(d.token(name), "");
    EXPECT_EQ(d.get("/v1/tokens/ci/a-nowhere").status, 404);
    EXPECT_LE(iam.state().by_method["password"].refused, 3U);
}

INSTANTIATE_TEST_SUITE_P(With, MisspeltScope, ::testing::Bool(),
                         [](const auto& row) { return row.param ? "TheFirstRight" : "TheSecondRight"; });

TEST(Rotation, ATokenThatIsDeadOnArrivalAfterAPasswordChangeIsTriedOnceMore) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url()});
    d.token();
    iam.set_password(iam_standin::user, "stand-in-new-password");
    iam.revoke_all();
    d.write_password("stand-in-new-password\n");
    iam.fault(R"({"kind":"dead_on_arrival"})");
    EXPECT_EQ(member(d.report(d.fingerprint()), "verdict"), "invalidated");
    const std::string fresh = d.token();
    EXPECT_EQ(iam.connect().request("GET", "/service/servers", {{"X-Auth-Token", fresh}}).status, 200);
    EXPECT_EQ(iam.state().logins.refused, 0U);
}
