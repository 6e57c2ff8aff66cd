// `tokenward run`: the command's environment, its exit status, its signals.
#include "command_run.hpp"
#include "fake_daemon.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace tokenward;
using namespace tokenward::test;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

namespace {

/// The answer to GET /v1/endpoints for a service that is not in the catalog.
const std::string no_endpoint = problem_answer(404, "no_such_resource");

/// Runs a shell under `tokenward run`, with this environment of the caller's.
support::finished run_shell(const std::string& script, std::map<std::string, std::string> env = {},
                            const std::string& document = token_document(),
                            const std::string& object_store = no_endpoint) {
    fake_daemon daemon({json_answer(document), json_answer(status_document), object_store});
    env["TOKENWARD_SOCKET"] = daemon.path();
    return run_command({"run", "ci/eu-de", "--", "/bin/sh", "-c", script}, std::move(env));
}

const std::string print_all = "/usr/bin/env | /usr/bin/sort | /bin/grep -E '^(OS_|DEFAULT_)'";

} // namespace

TEST(Run, TheEnvironmentIsThatOfAToken) {
    EXPECT_EQ(run_shell(print_all).out,
              "OS_AUTH_TOKEN=gAAAA-token\nOS_AUTH_TYPE=v3token\n"
              "OS_AUTH_URL=https://iam.example/v3\nOS_IDENTITY_API_VERSION=3\n"
              "OS_PROJECT_DOMAIN_NAME=dom\nOS_PROJECT_ID=p1\nOS_PROJECT_NAME=eu-de\n"
              "OS_TOKEN=gAAAA-token\n");
}

TEST(Run, ADomainsTokenNamesTheDomainAndNoProject) {
    EXPECT_EQ(
        run_shell(print_all, {{"OS_PROJECT_ID", "old"}},
                  R"({"token":"T","fingerprint":"sha256:1","identity":"ci","scope":"global","expires_in":9,
                            "domain":{"id":"d1","name":"dom"}})")
            .out,
        "OS_AUTH_TOKEN=T\nOS_AUTH_TYPE=v3token\nOS_AUTH_URL=https://iam.example/v3\nOS_DOMAIN_ID=d1\n"
        "OS_DOMAIN_NAME=dom\nOS_IDENTITY_API_VERSION=3\nOS_TOKEN=T\n");
}

TEST(Run, WhereObjectsAreIsSaidToo) {
    EXPECT_THAT(
        run_shell(print_all, {}, token_document(), endpoint_answer("https://swift.example/v1/AUTH_p1")).out,
        HasSubstr("\nOS_STORAGE_URL=https://swift.example/v1/AUTH_p1\n"));
    EXPECT_EQ(run_shell("exit 42", {}, token_document(), problem_answer(503, "iam_unavailable")).status, 42)
        << "a command that is not known to need it does not fail for want of it";
}

TEST(Run, WhatContradictsTheTokenIsLeftOutAndAllElseStays) {
    const std::string out = run_shell("/usr/bin/env", {{"OS_PASSWORD", "old"},
                                                       {"OS_USERNAME", "old"},
                                                       {"OS_CLOUD", "old"},
                                                       {"OS_USER_DOMAIN_NAME", "old"},
                                                       {"OS_TENANT_ID", "old"},
                                                       {"OS_APPLICATION_CREDENTIAL_ID", "old"},
                                                       {"OS_SYSTEM_SCOPE", "old"},
                                                       {"OS_ACCESS_KEY", "old"},
                                                       {"OS_TRUST_ID", "old"},
                                                       {"OS_AUTH_URL", "old"},
                                                       {"OS_STORAGE_URL", "old"},
                                                       {"DEFAULT_DOMAIN", "old"},
                                                       {"OS_REGION_NAME", "kept-1"},
                                                       {"OS_CACERT", "kept-2"},
                                                       {"OS_INTERFACE", "kept-3"},
                                                       {"OTHER", "kept-4"}})
                                .out;
    EXPECT_THAT(out, Not(HasSubstr("=old")));
    for (const char* kept : {"=kept-1\n", "=kept-2\n", "=kept-3\n", "=kept-4\n"})
        EXPECT_THAT(out, HasSubstr(kept));
}

TEST(Run, TheHeaderForCurlCanBeReadMoreThanOnce) {
    EXPECT_EQ(run_shell("/bin/cat \"$TOKENWARD_HEADER_FILE\" \"$TOKENWARD_HEADER_FILE\"").out,
              "X-Auth-Token: gAAAA-token\nX-Auth-Token: gAAAA-token\n");
    EXPECT_EQ(run_shell("echo \"$TOKENWARD_FINGERPRINT\"").out, "sha256:9f86d081884c7d65\n");
}

TEST(Run, TheTokenIsInNoArgument) {
    EXPECT_THAT(run_shell("/usr/bin/tr '\\0' ' ' < /proc/$$/cmdline").out,
                AllOf(HasSubstr("/bin/sh"), Not(HasSubstr("gAAAA"))));
}

TEST(Run, TheCommandsStatusAndSignalsAreItsOwn) {
    EXPECT_EQ(run_shell("exit 42").status, 42);
    EXPECT_EQ(run_shell("kill -TERM $$").status, 128 + 15);
    EXPECT_EQ(run_shell("kill -PIPE $$").status, 128 + 13) << "SIGPIPE is ignored by ourselves alone";
}

TEST(Run, OwnFailuresHaveTheStatusesOfEnv) {
    EXPECT_EQ(run_command({"run"}).status, 125);
    EXPECT_EQ(run_command({"run", "ci/eu-de"}).status, 125);
    EXPECT_EQ(run_command({"run", "--nope", "ci/eu-de", "--", "true"}).status, 125);
    EXPECT_EQ(run_command({"--socket", "/nonexistent", "run", "ci/eu-de", "--", "true"}).status, 125);
    const auto status_of = [](const std::string& program) {
        fake_daemon daemon({token_answer(), json_answer(status_document), no_endpoint});
        support::finished result = run_at(daemon, {"run", "ci/eu-de", "--", program});
        EXPECT_THAT(result.err, StartsWith("tokenward: can't run " + program + ": "));
        return result.status;
    };
    EXPECT_EQ(status_of("/etc/passwd"), 126);
    EXPECT_EQ(status_of("/nonexistent/program"), 127);
}

TEST(Run, TheCommandsOptionsAreNotOurs) {
    fake_daemon daemon({token_answer(), json_answer(status_document), no_endpoint});
    support::finished result =
        run_at(daemon, {"run", "--min-ttl", "9", "ci/eu-de", "/bin/echo", "--help", "--socket", "--"});
    EXPECT_EQ(result.out, "--help --socket --\n");
    EXPECT_THAT(daemon.requests().at(0), HasSubstr("?min_ttl=9"));
}

TEST(Run, TheSocketOfTheCommandLineIsTheCommandsToo) {
    fake_daemon daemon({token_answer(), json_answer(status_document), no_endpoint});
    support::finished result =
        run_at(daemon, {"run", "ci/eu-de", "--", "/bin/sh", "-c", "echo $TOKENWARD_SOCKET"});
    EXPECT_EQ(result.out, daemon.path() + "\n");
}
