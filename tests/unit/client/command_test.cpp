// The commands beside `get`: lists, reports, and the command line as a whole.
#include "command_run.hpp"
#include "fake_daemon.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

using namespace tokenward;
using namespace tokenward::test;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

namespace {
const std::string first = "sha256:9f86d081884c7d65";
}

TEST(Command, ReportSendsTheRefusalAndPrintsTheVerdict) {
    fake_daemon daemon({json_answer(R"({"verdict":"invalidated","fingerprint":null})")});
    support::finished result =
        run_command({"report", "ci/eu-de", "--fingerprint", first, "--status", "401", "--body-file", "-"},
                    {{"TOKENWARD_SOCKET", daemon.path()}}, "token expires");
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.out, "invalidated -\n");
    EXPECT_THAT(daemon.requests().at(0),
                EndsWith(R"({"fingerprint":")" + first + R"(","status":401,"body":"token expires"})"));
    fake_daemon other({json_answer(R"({"verdict":"already_replaced","fingerprint":"sha256:2"})")});
    result = run_at(other, {"report", "ci/eu-de", "-f", first, "-n", "403", "-b", "no"});
    EXPECT_EQ(result.out, "already_replaced sha256:2\n");
    EXPECT_THAT(other.requests().at(0), HasSubstr(R"("status":403,"body":"no")"));
}

TEST(Command, InvalidateAndRenewSayWhatWasDone) {
    fake_daemon daemon({"HTTP/1.1 204 No Content\r\n\r\n"});
    support::finished result = run_at(daemon, {"invalidate", "ci/eu-de", "-f", first});
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(daemon.requests().at(0), HasSubstr("If-Match: \"" + first + '"'));
    fake_daemon renewing({token_answer()});
    EXPECT_EQ(run_at(renewing, {"renew", "ci/eu-de"}).out,
              "sha256:9f86d081884c7d65 until 2026-01-02T00:00:00Z\n");
    EXPECT_THAT(renewing.requests().at(0), StartsWith("POST /v1/tokens/ci/eu-de/renew "));
}

TEST(Command, StatusIsATableForPeople) {
    fake_daemon daemon({json_answer(status_document)});
    EXPECT_EQ(run_at(daemon, {"status"}).out,
              R"(IDENTITY  SCOPE          STATE   LEFT     RENEWAL      LAST ERROR
ci        eu-de          valid   19h 59m  in 13h 3m    -
ci        project:Größe  failed  -        retry in 3s  iam_unavailable: no ?[31mroute (2026-01-01T00:00:00Z)
idle      -              -       -        -            -
)");
}

TEST(Command, ColourIsForTerminalsThatWantIt) {
    const auto printed = [](const std::string& environment) {
        fake_daemon daemon({json_answer(status_document)});
        const std::string command =
            environment + " " TOKENWARD_COMMAND " --socket " + daemon.path() + " status";
        return support::run({"script", "-qec", command, "/dev/null"}).out;
    };
    EXPECT_THAT(printed("TERM=xterm NO_COLOR="), HasSubstr("\033[32mvalid\033[0m"));
    EXPECT_THAT(printed("TERM=xterm NO_COLOR=1"), AllOf(HasSubstr("valid"), Not(HasSubstr("\033"))));
    EXPECT_THAT(printed("TERM=dumb NO_COLOR="), AllOf(HasSubstr("valid"), Not(HasSubstr("\033"))));
}

TEST(Command, ListsAreGivenToProgramsAsTheyCame) {
    fake_daemon daemon({json_answer(status_document)});
    EXPECT_EQ(run_at(daemon, {"status", "-o", "json"}).out, status_document + "\n");
}

TEST(Command, IdentitiesShowWhatTheCallerMay) {
    fake_daemon daemon({identities_answer(ci + "," + ops)});
    EXPECT_EQ(run_at(daemon, {"identities"}).out, "IDENTITY  YOU MAY      SCOPES\n"
                                                  "ci        get, report  eu-de, global, others on demand\n"
                                                  "ops       get          -\n");
}

TEST(Command, AWrongCommandLineIsRefusedWithAWord) {
    const std::vector<std::vector<std::string>> wrong{
        {},
        {"got"},
        {"--nope"},
        {"--socket"},
        {"get"},
        {"get", "a/b", "c"},
        {"get", "ci/"},
        {"get", "project:a/b"},
        {"get", "/x"},
        {"get", "-o", "xml", "a/b"},
        {"get", "--min-ttl", "-1", "a/b"},
        {"get", "--min-ttl", "1s", "a/b"},
        {"get", "--min-ttl", "", "a/b"},
        {"get", "--max-wait", "99999999999999999999", "a/b"},
        {"get", "--wat", "a/b"},
        {"get", "-o"},
        {"status", "x"},
        {"status", "-w"},
        {"endpoint", "a/b"},
        {"endpoint", "a/b", "compute", "x"},
        {"explain"},
        {"explain", "--pid", "0", "a/b"},
        {"health", "x"},
        {"log-level"},
        {"log-level", "loud"},
        {"watch", "-n", "0", "a/b"},
        {"request"},
        {"request", "GET"},
        {"request", "get", "x/y"},
        {"request", "GET", "x/y", "z"},
        {"request", "-H", "X-Auth-Token: x", "GET", "x/y"},
        {"request", "-H", "novalue", "GET", "x/y"},
        {"request", "-d", "x", "-d", "y", "POST", "x/y"},
        {"request", "-d", "@/nonexistent", "POST", "x/y"},
        {"report", "a/b"},
        {"report", "a/b", "-f", first},
        {"report", "a/b", "-n", "401"},
        {"report", "a/b", "-f", "x", "-n", "401"},
        {"report", "a/b", "-f", first, "-n", "99"},
        {"report", "a/b", "-f", first, "-n", "401", "-b", "x", "--body-file", "y"},
        {"report", "a/b", "-f", first, "-n", "401", "--body-file", "/nonexistent"},
        {"invalidate", "a/b", "-f", "x\"y"}};
    for (const auto& arguments : wrong) {
        support::finished result = run_command(arguments, {{"TOKENWARD_SOCKET", "/nonexistent/socket"}});
        EXPECT_EQ(result.status, 2) << testing::PrintToString(arguments);
        EXPECT_EQ(result.out, "");
        EXPECT_THAT(result.err, StartsWith("tokenward: "));
    }
}

TEST(Command, AWrongCommandLineIsRefusedWithAWordThatHelps) {
    const auto said = [](std::vector<std::string> arguments) {
        return run_command(std::move(arguments), {{"TOKENWARD_SOCKET", "/nonexistent/socket"}}).err;
    };
    EXPECT_THAT(said({"get", "/eu-de"}), HasSubstr("as in ci/eu-de\n"));
    EXPECT_THAT(said({"get", "-zq", "ci/x"}), StartsWith("tokenward: no such option: -z\n"));
    EXPECT_THAT(said({"-zq", "get"}), StartsWith("tokenward: no such option: -z\n"));
    EXPECT_THAT(said({"get", "-z", "ci/x"}), StartsWith("tokenward: no such option: -z\n"));
    EXPECT_THAT(said({"get", "--zq", "ci/x"}), StartsWith("tokenward: no such option: --zq\n"));
    EXPECT_THAT(said({"get", "project:a/b"}), HasSubstr("as in ci/project:a/b\n"));
    EXPECT_THAT(said({"get", "a", "b"}),
                StartsWith("tokenward: one [IDENTITY/]SCOPE only; \"b\" is too many\n"));
    EXPECT_THAT(said({"invalidate", "-f", "junk", "ci/eu-de"}), HasSubstr("\"junk\" is no fingerprint"));
    EXPECT_THAT(said({"invalidate", "-f", "sha256:9F86d081884c7d65", "x"}), HasSubstr("is no fingerprint"));
}

TEST(Command, NoDaemonIsSaidWithItsReason) {
    EXPECT_THAT(
        run_command({"--socket", "/etc/passwd", "get", "ci/x"}).err,
        StartsWith("tokenward: no daemon at /etc/passwd: Connection refused: is tokenwardd running?"));
    EXPECT_THAT(run_command({"--socket", "/nonexistent", "get", "ci/x"}).err,
                HasSubstr("no daemon at /nonexistent: No such file or directory: is tokenwardd running?"));
}

TEST(Command, HelpFitsAScreenAndHasAnExample) {
    for (const char* command :
         {"", "get", "run", "request", "endpoint", "watch", "status", "identities", "explain", "report",
          "invalidate", "renew", "login", "health", "log-level", "config"}) {
        std::vector<std::string> arguments{"--help"};
        if (*command != '\0') arguments.insert(arguments.begin(), command);
        support::finished result = run_command(arguments);
        EXPECT_EQ(result.status, 0) << command;
        EXPECT_THAT(result.out, StartsWith("Usage: tokenward " + std::string(command)));
        EXPECT_THAT(result.out, HasSubstr("\nExample: "));
        EXPECT_LE(std::count(result.out.begin(), result.out.end(), '\n'), 24) << command;
        std::size_t longest = 0;
        for (std::size_t at = 0, end; (end = result.out.find('\n', at)) != std::string::npos; at = end + 1)
            longest = std::max(longest, end - at);
        EXPECT_LE(longest, 80u) << command;
    }
    EXPECT_EQ(run_command({"--version"}).out, "tokenward " TOKENWARD_VERSION "\n");
}
