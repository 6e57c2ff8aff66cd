// `tokenward endpoint`, `explain`, `health`, `log-level`, and the names that shells complete.
#include "command_run.hpp"
#include "fake_daemon.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace tokenward;
using namespace tokenward::test;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

TEST(Endpoint, PrintsTheUrl) {
    fake_daemon daemon({json_answer(R"({"url":"https://ecs.example/v2.1/p1"})")});
    support::finished result =
        run_at(daemon, {"endpoint", "ci/eu-de", "compute", "--interface", "internal", "-r", "eu-nl"});
    EXPECT_EQ(result.out, "https://ecs.example/v2.1/p1\n");
    EXPECT_THAT(daemon.requests().at(0),
                StartsWith("GET /v1/endpoints/ci/eu-de?service=compute&interface=internal&region=eu-nl "));
}

TEST(Endpoint, AServiceThatIsNotThereIsStatus4) {
    fake_daemon daemon({problem_answer(404, "no_such_resource", R"(,"detail":"no such service")")});
    support::finished result = run_at(daemon, {"endpoint", "ci/eu-de", "computer"});
    EXPECT_EQ(result.status, 4);
    EXPECT_THAT(result.err, HasSubstr("ci/eu-de: no such service\n"));
    EXPECT_THAT(result.err, HasSubstr("--region"));
}

TEST(Explain, TellsPeopleTheRule) {
    fake_daemon daemon({json_answer(
        R"({"identity":"ci","scope":"eu-de","allowed":true,"verbs":["get","report"],"because":"user deploy",
            "rule":{"list":"allow","index":1,"file_line":17}})")});
    support::finished result = run_at(daemon, {"explain", "ci/eu-de"});
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.out, "ci/eu-de: you may get, report\nbecause: user deploy\n"
                          "rule: allow 1, line 17 of the configuration\n");
    EXPECT_THAT(daemon.requests().at(0), StartsWith("GET /v1/explain/ci/eu-de HTTP"));
}

TEST(Explain, WhoMayNotIsStatus3) {
    const std::string document =
        R"({"identity":"ci","scope":"eu-de","allowed":false,"verbs":[],"because":"no rule fits","rule":null})";
    fake_daemon daemon({json_answer(document), json_answer(document)});
    support::finished result = run_at(daemon, {"explain", "--pid", "42", "ci/eu-de"});
    EXPECT_EQ(result.status, 3);
    EXPECT_EQ(result.out, "ci/eu-de: process 42 may not\nbecause: no rule fits\n");
    EXPECT_THAT(daemon.requests().at(0), StartsWith("GET /v1/explain/ci/eu-de?pid=42 HTTP"));
    fake_daemon again({json_answer(document)});
    EXPECT_EQ(run_at(again, {"explain", "ci/eu-de", "-o", "json"}).out, document + "\n");
}

TEST(Explain, AProcessThatIsNotThereIsNoMatterOfVersions) {
    fake_daemon daemon({problem_answer(404, "not_found", R"(,"detail":"there is no process 42")"),
                        json_answer(R"({"version":")" TOKENWARD_VERSION R"("})")});
    support::finished result = run_at(daemon, {"explain", "--pid", "42", "ci/eu-de"});
    EXPECT_EQ(result.status, 4);
    EXPECT_EQ(result.err, "tokenward: ci/eu-de: there is no process 42\n");
}

TEST(Health, IsOneLineAndOneStatusForProbes) {
    fake_daemon alive({json_answer(R"({"status":"ok"})")});
    support::finished result = run_at(alive, {"health"});
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.out, "alive\n");
    EXPECT_THAT(alive.requests().at(0), StartsWith("GET /healthz "));
    fake_daemon waiting({problem_answer(
        503, "iam_unavailable", R"(,"detail":"1 of 2 configured scopes have no token: ci/eu-de: failed")")});
    result = run_at(waiting, {"health", "--ready"});
    EXPECT_EQ(result.status, 1);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.err, "tokenward: 1 of 2 configured scopes have no token: ci/eu-de: failed\n");
    EXPECT_THAT(waiting.requests().at(0), StartsWith("GET /readyz "));
    EXPECT_EQ(run_command({"--socket", "/nonexistent", "health"}).status, 1);
}

TEST(Health, ADaemonThatHangsIsNotWell) {
    fake_daemon daemon({no_answer});
    support::finished result = run_at(daemon, {"health", "--max-wait", "1"});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("did not answer in time"));
}

TEST(LogLevel, IsSent) {
    fake_daemon daemon({"HTTP/1.1 204 No Content\r\n\r\n"});
    EXPECT_EQ(run_at(daemon, {"log-level", "debug"}).status, 0);
    EXPECT_THAT(daemon.requests().at(0), StartsWith("POST /v1/log-level "));
    EXPECT_THAT(daemon.requests().at(0), EndsWith(R"({"level":"debug"})"));
}

TEST(Names, AreForShellsAndHarmless) {
    const std::string odd =
        R"x({"identity":"ops","scopes":["$(touch x)","a b","good"],"on_demand":false,"verbs":["get"]})x";
    fake_daemon daemon({identities_answer(ci + "," + odd)});
    EXPECT_EQ(run_at(daemon, {"names"}).out, "ci/eu-de\nci/global\nci/unscoped\nops/good\n");
    fake_daemon again({identities_answer(ci + "," + odd)});
    EXPECT_EQ(run_at(again, {"names", "identities"}).out, "ci\nops\n");
}

TEST(Names, ADaemonThatIsAwayIsNothingToSay) {
    support::finished result = run_command({"--socket", "/nonexistent", "names"});
    EXPECT_EQ(result.out + result.err, "");
    fake_daemon silent({no_answer});
    result = run_at(silent, {"names"});
    EXPECT_EQ(result.out + result.err, "");
}
