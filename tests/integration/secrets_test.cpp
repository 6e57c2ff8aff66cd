// Passwords: wrong ones lock nobody out, right ones heal without a signal, and none is ever printed.
#include "tests/integration/daemon_under_test.hpp"

#include <gtest/gtest.h>

using namespace tokenward::testing;
using tokenward::support::eventually;

namespace {

std::string twenty_scopes(iam_standin& iam) {
    iam.add_projects(20);
    std::string scopes;
    for (int i = 1; i <= 20; ++i) {
        const std::string n = std::to_string(i);
        scopes.append(i == 1 ? "s" : ", s").append(n).append(": {project_name: p-").append(n).append("}");
    }
    return "{" + scopes + "}";
}

} // namespace

TEST(Passwords, AWrongOneCostsTwoLoginsWhateverTheNumberOfScopesReloadsAndKills) {
    iam_standin iam;
    iam.set_password(iam_standin::user, "another");
    daemon_under_test d({.auth_url = iam.auth_url(), .scopes = twenty_scopes(iam)});
    ASSERT_TRUE(d.reaches("rejected"));
    for (int i = 0; i < 3; ++i) {
        d.reload();
        d.kill();
        d.start();
        auto reply = d.get("/v1/tokens/ci/s1");
        EXPECT_EQ(reply.status, 424) << reply.body;
    }
    EXPECT_EQ(iam.state().logins.refused, 2U);
}

TEST(Passwords, TheRightOneInTheFileHealsEverythingWithoutASignal) {
    iam_standin iam;
    iam.set_password(iam_standin::user, "stand-in-new-password");
    daemon_under_test d({.auth_url = iam.auth_url()});
    ASSERT_TRUE(d.reaches("rejected"));
    d.write_password("stand-in-new-password\n");
    EXPECT_TRUE(d.reaches("valid"));
    EXPECT_EQ(d.get("/v1/tokens/ci/eu-de").status, 200);
}

TEST(Passwords, ARotationUnderARunningDaemonIsHealedByTheNewFileAndLocksNobodyOut) {
    iam_standin iam;
    iam.set(R"({"lockout_after": 3})");
    daemon_under_test d({.auth_url = iam.auth_url()});
    std::string old = d.fingerprint();
    iam.set_password(iam_standin::user, "stand-in-new-password");
    iam.revoke_all();
    EXPECT_EQ(member(d.report(old), "verdict"), "invalidated");
    for (int i = 0; i < 10; ++i) EXPECT_EQ(d.get("/v1/tokens/ci/eu-de").status, 424);
    EXPECT_LE(iam.state().logins.refused, 2U);
    d.write_password("stand-in-new-password\n");
    ASSERT_TRUE(d.reaches("valid"));
    EXPECT_NE(d.fingerprint(), old);
}

TEST(Passwords, MisspeltProjectsLeaveTheOthersServedAndCountAsNoWrongPassword) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url(),
                         .scopes = "{a: {project_name: misspelt1}, eu-de: {project_name: eu-de}, b: "
                                   "{project_name: misspelt2}, c: {project_name: misspelt3}}"});
    EXPECT_NE(d.token(), "");
    for (const char* scope : {"a", "b", "c"}) {
        auto reply = d.get("/v1/tokens/ci/" + std::string(scope));
        EXPECT_EQ(reply.status, 404) << reply.body;
        EXPECT_NE(reply.body.find("misspelt"), std::string::npos) << "says which project: " << reply.body;
    }
    EXPECT_NE(d.token(), "");
}

TEST(Passwords, AndTokensAreNeverPrinted) {
    {
        iam_standin iam;
        daemon_under_test d({.auth_url = iam.auth_url()});
        d.token();
        iam.set_password(iam_standin::user, "another");
        iam.revoke_all();
        d.report(d.fingerprint());
        ASSERT_TRUE(d.reaches("rejected"));
        d.command({"status"});
    } // what a program has printed is there once it is gone
    EXPECT_GT(tokenward::support::output_audit::instance().collected(), 0U);
    EXPECT_EQ(tokenward::support::output_audit::instance().leaks(), "");
}

TEST(Passwords, AVariableIsWipedFromTheEnvironmentOnceRead) {
    iam_standin iam;
    tokenward::support::temp_dir dir;
    auto config = dir.write(
        "c.yaml",
        "socket: {path: " + std::string(dir / "s") + "}\nidentities:\n  ci:\n    auth: {auth_url: \"" +
            iam.auth_url() +
            "\", username: ci-bot, user_domain_name: OTC00000000001000000000, password: {env: CI_PASSWORD}}\n"
            "    scopes: {eu-de: {project_name: eu-de}}\n");
    tokenward::support::process p(
        {TOKENWARD_DAEMON, "--config", config},
        {.env = {{"CI_PASSWORD", std::string(iam_standin::password)}, {"STATE_DIRECTORY", dir / "state"}}});
    p.wait_for_line("event=ready");
    EXPECT_EQ(http_client::over_unix(dir / "s").get("/v1/tokens/ci/eu-de").status, 200);
    auto environment = tokenward::support::read_file("/proc/" + std::to_string(p.pid()) + "/environ");
    EXPECT_EQ(environment.find(iam_standin::password), std::string::npos);
}
