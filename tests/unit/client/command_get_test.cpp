// `tokenward get`, and what all commands have in common: the daemon, the identity, errors, output.
#include "command_run.hpp"
#include "common/errors.h"
#include "fake_daemon.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>

using namespace tokenward;
using namespace tokenward::test;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(Command, GetPrintsTheTokenAndNothingElse) {
    fake_daemon daemon({token_answer()});
    support::finished result = run_at(daemon, {"get", "ci/eu-de"});
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.out, "gAAAA-token\n");
    EXPECT_EQ(result.err, "");
}

TEST(Command, GetPrintsTheFormThatIsAskedFor) {
    const auto printed = [](const std::string& form) {
        fake_daemon daemon({token_answer()});
        return run_at(daemon, {"get", "ci/eu-de", "-o", form}).out;
    };
    EXPECT_EQ(printed("token"), "gAAAA-token\n");
    EXPECT_EQ(printed("json"), token_document() + "\n");
    EXPECT_EQ(printed("header"), "X-Auth-Token: gAAAA-token\n");
    EXPECT_EQ(printed("bearer"), "Authorization: Bearer gAAAA-token\n");
}

TEST(Command, EnvironmentIsSafeForTheShell) {
    fake_daemon daemon({json_answer(token_document("it's;$(x)`y`")), json_answer(status_document),
                        problem_answer(404, "no_such_resource")});
    support::finished result = run_at(daemon, {"get", "--output=env", "ci/eu-de"});
    EXPECT_EQ(
        result.out,
        "export OS_AUTH_TYPE='v3token'\nexport OS_AUTH_URL='https://iam.example/v3'\n"
        "export OS_IDENTITY_API_VERSION='3'\nexport OS_PROJECT_ID='p1'\nexport OS_PROJECT_NAME='eu-de'\n"
        "export OS_PROJECT_DOMAIN_NAME='dom'\nexport OS_TOKEN='it'\\''s;$(x)`y`'\n"
        "export OS_AUTH_TOKEN='it'\\''s;$(x)`y`'\n");
    support::finished shell =
        support::run({"/bin/sh", "-c", "eval \"$1\"; printf %s \"$OS_TOKEN\"", "sh", result.out});
    EXPECT_EQ(shell.out, "it's;$(x)`y`");
}

TEST(Command, GetPassesItsLimitsOn) {
    fake_daemon daemon({token_answer()});
    run_at(daemon, {"get", "--min-ttl", "600", "--max-wait=5", "ci/project:a/b"});
    EXPECT_THAT(daemon.requests().at(0),
                StartsWith("GET /v1/tokens/ci/project%3Aa%2Fb?min_ttl=600&max_wait=5 HTTP"));
}

TEST(Command, SocketIsFoundByOptionOrEnvironment) {
    fake_daemon daemon(std::vector<connection_script>(2, {{{token_answer()}}}));
    EXPECT_EQ(run_command({"get", "ci/eu-de"}, {{"TOKENWARD_SOCKET", daemon.path()}}).status, 0);
    EXPECT_EQ(
        run_command({"get", "--socket", daemon.path(), "ci/eu-de"}, {{"TOKENWARD_SOCKET", "/nonexistent"}})
            .status,
        0);
}

TEST(Command, IdentityMayComeFromTheEnvironment) {
    fake_daemon daemon({token_answer()});
    run_command({"get", "eu-de"}, {{"TOKENWARD_SOCKET", daemon.path()}, {"TOKENWARD_IDENTITY", "ops"}});
    EXPECT_THAT(daemon.requests().at(0), StartsWith("GET /v1/tokens/ops/eu-de HTTP"));
}

TEST(Command, TheOnlyIdentityNeedsNoName) {
    fake_daemon daemon({identities_answer(ci), token_answer()});
    EXPECT_EQ(run_at(daemon, {"get", "project:x"}).status, 0);
    EXPECT_THAT(daemon.requests().at(1), StartsWith("GET /v1/tokens/ci/project%3Ax HTTP"));
}

TEST(Command, SeveralIdentitiesOrNoneMustBeNamed) {
    fake_daemon several({identities_answer(ci + "," + ops)});
    support::finished result = run_at(several, {"get", "eu-de"});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr("ci ops"));
    fake_daemon none({identities_answer("")});
    result = run_at(none, {"get", "eu-de"});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr("none that you may use"));
}

TEST(Command, EveryErrorOfTheDaemonHasItsExitStatus) {
    const std::string expected = "tokenward: ci/eu-de: the ?[2J?reason\ntokenward: try again in 4 s\n";
#define X(code, http_status, exit_status, title)                                                             \
    {                                                                                                        \
        fake_daemon daemon(                                                                                  \
            {problem_answer(http_status, #code, R"(,"detail":"the \u001b[2J\nreason","retry_after":4)")});   \
        support::finished result = run_at(daemon, {"get", "ci/eu-de"});                                      \
        EXPECT_EQ(result.status, exit_status) << #code;                                                      \
        EXPECT_EQ(result.out, "");                                                                           \
        const bool lacking = std::string(#code) == "not_found"; /* a test of its own */                      \
        EXPECT_TRUE(lacking || result.err.starts_with(expected)) << #code << result.err;                     \
    }
    TOKENWARD_ERRORS(X)
#undef X
}

TEST(Command, EnvironmentTakesBackWhatContradictsIt) {
    fake_daemon daemon(
        {token_answer(), json_answer(status_document), problem_answer(404, "no_such_resource")});
    support::finished result =
        run_command({"get", "-o", "env", "ci/eu-de"},
                    {{"TOKENWARD_SOCKET", daemon.path()}, {"OS_PASSWORD", "x"}, {"OS_REGION_NAME", "r"}});
    EXPECT_THAT(result.out, StartsWith("unset OS_PASSWORD\nexport OS_AUTH_TYPE"));
    // No shell can hold a variable of such a name, and `eval` would run what follows the semicolon.
    fake_daemon again(
        {token_answer(), json_answer(status_document), problem_answer(404, "no_such_resource")});
    result = run_command({"get", "-o", "env", "ci/eu-de"},
                         {{"TOKENWARD_SOCKET", again.path()}, {"OS_AUTH_X;touch pwned", "x"}});
    EXPECT_THAT(result.out, StartsWith("export OS_AUTH_TYPE"));
}

TEST(Command, AnOlderDaemonIsNamedWithItsVersion) {
    fake_daemon daemon({problem_answer(404, "not_found"), json_answer(R"({"version":"0.0.9"})")});
    support::finished result = run_at(daemon, {"explain", "ci/eu-de"});
    EXPECT_EQ(result.status, 4);
    EXPECT_EQ(result.err, "tokenward: this daemon (version 0.0.9) does not know what `tokenward explain` "
                          "(version " TOKENWARD_VERSION ") asks for: a newer tokenwardd does\n");
}

TEST(Command, ADaemonThatHangsUpMayBeRestarting) {
    fake_daemon daemon(std::vector{then_hang_up({no_answer})});
    support::finished result = run_at(daemon, {"get", "ci/eu-de"});
    EXPECT_EQ(result.status, 7);
    EXPECT_THAT(result.err, HasSubstr("it may be restarting: try again"));
}

TEST(Command, ARefusedSecretIsCorrectedWhereTheDaemonReadsIt) {
    const auto advice = [](const std::string& detail) {
        fake_daemon daemon({problem_answer(424, "credential_rejected", R"(,"detail":")" + detail + '"')});
        return run_at(daemon, {"get", "ci/eu-de"}).err;
    };
    EXPECT_THAT(advice("nothing more is sent until it changes where the configuration reads it"),
                AllOf(HasSubstr("the daemon notices that by itself"), Not(HasSubstr("systemctl"))));
    EXPECT_THAT(advice("until it changes where … (restart tokenwardd after that)"),
                HasSubstr("`systemctl restart tokenward`"));
    EXPECT_THAT(advice("something else"), HasSubstr("a file's change is noticed"));
}

TEST(Command, ErrorsOfANewerDaemonAreToldByTheirStatus) {
    fake_daemon daemon({problem_answer(418, "brand_new")});
    EXPECT_EQ(run_at(daemon, {"get", "ci/eu-de"}).status, 2);
    fake_daemon worse({problem_answer(507, "brand_new")});
    EXPECT_EQ(run_at(worse, {"get", "ci/eu-de"}).status, 9);
}

TEST(Command, TheReasonIsSaidHoweverLongTheScope) {
    fake_daemon daemon({problem_answer(400, "bad_request", R"(,"detail":"the name is too long")")});
    EXPECT_THAT(run_at(daemon, {"get", "ci/" + std::string(5000, 'x')}).err,
                AllOf(HasSubstr("ci/xxx"), HasSubstr("xxx…: the name is too long\n")));
}

TEST(Command, AMissingDaemonIsNamedWithWhatToDo) {
    support::finished result =
        run_command({"get", "ci/eu-de"}, {{"TOKENWARD_SOCKET", "/nonexistent/socket"}});
    EXPECT_EQ(result.status, 7);
    EXPECT_EQ(
        result.err,
        "tokenward: no daemon at /nonexistent/socket: No such file or directory: is tokenwardd running? "
        "(systemctl status tokenward)\n");
}

TEST(Command, GarbageFromTheDaemonIsAnErrorOfTokenwardsOwn) {
    fake_daemon daemon({"SSH-2.0-OpenSSH\r\n\r\n"});
    EXPECT_EQ(run_at(daemon, {"get", "ci/eu-de"}).status, 9);
    fake_daemon nonsense({json_answer("{\"identities\":[}")});
    EXPECT_EQ(run_at(nonsense, {"identities"}).status, 9);
}

TEST(Command, OutputThatCannotBeWrittenIsNoSuccess) {
    for (const char* redirection : {">/dev/full", ">&-"}) {
        fake_daemon daemon({token_answer()});
        support::finished result = support::run(
            {"/bin/sh", "-c", TOKENWARD_COMMAND " --socket \"$1\" get ci/eu-de " + std::string(redirection),
             "sh", daemon.path()});
        EXPECT_EQ(result.status, 1) << redirection;
        EXPECT_THAT(result.err, HasSubstr("cannot write")) << redirection;
        EXPECT_EQ(daemon.requests().size(), 1u) << "the token went into the socket: " << redirection;
    }
}

TEST(Command, AReaderThatHasGoneNeedsNoMessage) {
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
    support::unique_fd read_end(ends[0]), write_end(ends[1]),
        inherited(dup2(ends[1], 9)); // one digit, for sh
    read_end.reset();
    fake_daemon daemon({token_answer()});
    const std::string script = "exec " TOKENWARD_COMMAND " --socket \"$1\" get ci/eu-de >&9";
    support::finished result = support::run({"/bin/sh", "-c", script, "sh", daemon.path()});
    EXPECT_EQ(result.status, 1);
    EXPECT_EQ(result.err, "");
}
