// `tokenward login` in scripts: whose code it takes, where from, and what it says.
#include "command_run.hpp"
#include "common/errors.h"
#include "fake_daemon.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace tokenward;
using namespace tokenward::test;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

namespace {

const std::string code_accepted = "HTTP/1.1 204 No Content\r\n\r\n";

support::finished log_in(const fake_daemon& daemon, const std::string& input,
                         std::vector<std::string> arguments = {"ci"},
                         std::map<std::string, std::string> env = {}) {
    arguments.insert(arguments.begin(), "login");
    env["TOKENWARD_SOCKET"] = daemon.path();
    return run_command(std::move(arguments), std::move(env), input);
}

/// An identity in /v1/status with scopes in these states.
std::string in_states(const std::string& identity, const std::vector<std::string>& states) {
    std::string scopes;
    for (const std::string& state : states)
        scopes +=
            (scopes.empty() ? R"({"scope":"s","state":")" : R"(,{"scope":"s","state":")") + state + "\"}";
    return R"({"identity":")" + identity + R"(","scopes":[)" + scopes + "]}";
}

/// Answers the question for the status on one connection, and takes a code on the next.
std::vector<connection_script> with_status(const std::string& identities) {
    return {then_stay({identities_answer(identities)}), then_stay({code_accepted})};
}

} // namespace

TEST(Login, TakesALineOfTheStandardInput) {
    for (const char* input : {"123456\n", "123456", " 123 456 \n", "123456\r\n", "12 34\t56\nnext line\n"}) {
        fake_daemon daemon({code_accepted});
        support::finished result = log_in(daemon, input);
        EXPECT_EQ(result.status, 0) << input << result.err;
        EXPECT_EQ(result.out, "");
        EXPECT_EQ(result.err, "tokenward: ci: logged in\n");
        EXPECT_THAT(daemon.requests().at(0), StartsWith("POST /v1/identities/ci/passcode "));
        EXPECT_THAT(daemon.requests().at(0), EndsWith(R"({"passcode":"123456"})")) << input;
    }
}

TEST(Login, LeavesWhatFollowsTheLineToTheNextReader) {
    fake_daemon daemon({code_accepted});
    support::process_options options;
    options.input = "123456\nthe rest\n";
    support::finished result =
        support::run({"/bin/sh", "-c", std::string(TOKENWARD_COMMAND) + " --socket \"$1\" login ci; cat",
                      "sh", daemon.path()},
                     options);
    EXPECT_EQ(result.out, "the rest\n");
}

TEST(Login, WhatIsNoCodeIsNotSent) {
    for (const char* input :
         {"", "\n", "123\n", "12345678901\n", "12345x\n", "１２３４５６\n", "123456;\n"}) {
        support::finished result =
            run_command({"login", "ci"}, {{"TOKENWARD_SOCKET", "/nonexistent/socket"}}, input);
        EXPECT_EQ(result.status, 2) << input;
        EXPECT_THAT(result.err, HasSubstr("nothing was sent"));
        EXPECT_THAT(result.err, Not(HasSubstr("12345")));
    }
}

TEST(Login, AClosedStandardInputHasNoCodeEither) {
    support::finished result = support::run(
        {"/bin/sh", "-c", std::string(TOKENWARD_COMMAND) + " --socket /nonexistent login ci <&-"}, {});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr("nothing was sent"));
}

TEST(Login, ACodeIsNeverAnArgumentAndNotRepeatedInTheMessage) {
    const std::vector<std::vector<std::string>> wrong{{"login", "845217"},
                                                      {"login", "ci", "845217"},
                                                      {"login", "ci", "845 217"},
                                                      {"login", "-p845217"},
                                                      {"login", "--passcode", "845217", "ci"},
                                                      {"login", "--code=845217"}};
    for (const auto& arguments : wrong) {
        support::finished result = run_command(arguments, {{"TOKENWARD_SOCKET", "/nonexistent/socket"}});
        EXPECT_EQ(result.status, 2) << testing::PrintToString(arguments);
        EXPECT_THAT(result.err, HasSubstr("not given as an argument"));
        EXPECT_THAT(result.err, Not(HasSubstr("845")));
    }
    EXPECT_EQ(run_command({"login", "ci", "ops"}).status, 2);
    EXPECT_EQ(run_command({"login", "ci/eu-de"}).status, 2);
    EXPECT_EQ(run_command({"login", ""}).status, 2);
}

TEST(Login, TheIdentityMayComeFromTheEnvironment) {
    fake_daemon daemon({code_accepted});
    EXPECT_EQ(log_in(daemon, "123456\n", {}, {{"TOKENWARD_IDENTITY", "ops"}}).status, 0);
    EXPECT_THAT(daemon.requests().at(0), StartsWith("POST /v1/identities/ops/passcode "));
}

TEST(Login, TheOnlyOneThatNeedsACodeNeedsNoName) {
    fake_daemon daemon(with_status(in_states("ci", {"valid"}) + "," +
                                   in_states("ops", {"valid", "passcode"}) + "," + in_states("idle", {})));
    EXPECT_EQ(log_in(daemon, "123456\n", {}).err, "tokenward: ops: logged in\n");
    EXPECT_THAT(daemon.requests().at(1), StartsWith("POST /v1/identities/ops/passcode "));
}

TEST(Login, TheOnlyOneThatThereIsNeedsNoNameEither) {
    fake_daemon daemon(with_status(in_states("ci", {"valid"})));
    EXPECT_EQ(log_in(daemon, "123456\n", {}).err, "tokenward: ci: logged in\n");
}

TEST(Login, OneWhoseTokenWillEndWithoutACodeNeedsOneToo) {
    fake_daemon daemon(with_status(
        in_states("ci", {"valid"}) +
        R"(,{"identity":"ops","scopes":[{"scope":"s","state":"stale","last_error":{"code":"passcode_required"}}]})"));
    EXPECT_EQ(log_in(daemon, "123456\n", {}).err, "tokenward: ops: logged in\n");
}

TEST(Login, SeveralAreListedAndNobodyIsAsked) {
    const auto said = [](const std::string& identities) {
        fake_daemon daemon(with_status(identities));
        support::finished result = log_in(daemon, "123456\n", {});
        EXPECT_EQ(result.status, 2);
        EXPECT_EQ(daemon.requests().size(), 1u);
        return result.err;
    };
    EXPECT_THAT(said(in_states("ci", {"valid"}) + "," + in_states("ops", {})),
                StartsWith("tokenward: which identity? you may use several: ci ops\n"));
    EXPECT_THAT(said(in_states("a", {"passcode"}) + "," + in_states("b", {"valid"}) + "," +
                     in_states("c", {"passcode"})),
                StartsWith("tokenward: which identity? several need a code: a c\n"));
    EXPECT_THAT(said(""), HasSubstr("none that you may use"));
}

TEST(Login, EveryErrorOfTheDaemonHasItsExitStatus){
#define X(code, http_status, exit_status, title)                                                             \
    {                                                                                                        \
        fake_daemon daemon({problem_answer(http_status, #code, R"(,"detail":"the \u001b[2J\nreason")")});    \
        support::finished result = log_in(daemon, "123456\n");                                               \
        EXPECT_EQ(result.status, exit_status) << #code;                                                      \
        EXPECT_THAT(result.err, StartsWith("tokenward: the ?[2J?reason\n"));                                 \
        EXPECT_THAT(result.err, Not(HasSubstr("123456")));                                                   \
    }
    TOKENWARD_ERRORS(X)
#undef X
}

TEST(Login, ARefusedCodeIsNoMatterForTheConfiguration) {
    fake_daemon daemon({problem_answer(424, "credential_rejected")});
    support::finished result = log_in(daemon, "123456\n");
    EXPECT_THAT(result.err, HasSubstr("run `tokenward login` again with the next one"));
    EXPECT_THAT(result.err, Not(HasSubstr("systemctl")));
}

TEST(Login, StatusSaysWhoMustLogIn) {
    fake_daemon daemon({identities_answer(in_states("ci", {"passcode"}))});
    EXPECT_EQ(run_at(daemon, {"status"}).out,
              "IDENTITY  SCOPE  STATE     LEFT  RENEWAL             LAST ERROR\n"
              "ci        s      passcode  -     tokenward login ci  -\n");
}
