// `tokenward watch`: a line for each change, through restarts; and its end.
#include "command_run.hpp"
#include "fake_daemon.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

using namespace tokenward;
using namespace tokenward::test;
using testing::HasSubstr;
using testing::StartsWith;

namespace {

std::string token_named(const std::string& digits) {
    return json_answer(R"({"token":"T-)" + digits + R"(","fingerprint":"sha256:)" + digits +
                       R"(","identity":"ci","scope":"eu-de","issued_at":"2026-01-01T00:00:00Z",)"
                       R"("expires_at":"2026-01-02T00:00:00Z","expires_in":71999})");
}

std::string line_of(const std::string& digits, const std::string& more = "") {
    return R"({"fingerprint":"sha256:)" + digits +
           R"(","identity":"ci","scope":"eu-de","issued_at":"2026-01-01T00:00:00Z",)"
           R"("expires_at":"2026-01-02T00:00:00Z","expires_in":71999)" +
           more + "}\n";
}

} // namespace

TEST(Watch, PrintsALineForEachChange) {
    fake_daemon daemon({token_named("1111111111111111"), token_named("2222222222222222")});
    support::finished result = run_at(daemon, {"watch", "--count", "2", "ci/eu-de"});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.out, line_of("1111111111111111") + line_of("2222222222222222"));
    EXPECT_THAT(daemon.requests().at(1), HasSubstr("If-None-Match: \"sha256:1111111111111111\""));
    EXPECT_THAT(daemon.requests().at(1), HasSubstr("Prefer: wait=300"));
}

TEST(Watch, TheTokenItselfIsPrintedOnRequest) {
    fake_daemon daemon({token_named("1111111111111111")});
    EXPECT_EQ(run_at(daemon, {"watch", "-t", "-n1", "ci/eu-de"}).out,
              line_of("1111111111111111", R"(,"token":"T-1111111111111111")"));
}

TEST(Watch, ARestartOfTheDaemonIsNoEndAndNoLine) {
    fake_daemon daemon(
        std::vector{then_hang_up({token_named("1111111111111111"), no_answer}), then_hang_up({no_answer}),
                    then_stay({token_named("1111111111111111"), token_named("2222222222222222")})});
    support::finished result = run_at(daemon, {"watch", "-n", "2", "ci/eu-de"});
    EXPECT_EQ(result.out, line_of("1111111111111111") + line_of("2222222222222222"));
    EXPECT_EQ(result.err, "");
}

TEST(Watch, ADaemonThatDoesNotHoldItsAnswersIsNotAskedWithoutPause) {
    const std::string same = token_named("1111111111111111");
    fake_daemon daemon({same, same, token_named("2222222222222222")});
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_EQ(run_at(daemon, {"watch", "-n", "2", "ci/eu-de"}).out,
              line_of("1111111111111111") + line_of("2222222222222222"));
    EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(900));
}

TEST(Watch, AnIamThatIsAwayIsToldOnce) {
    const std::string away = problem_answer(503, "iam_unavailable", R"(,"detail":"the IAM is away")");
    fake_daemon daemon({away, away, token_named("1111111111111111")});
    support::finished result = run_at(daemon, {"watch", "-n", "1", "ci/eu-de"});
    EXPECT_EQ(result.out, line_of("1111111111111111"));
    EXPECT_EQ(result.err, "tokenward: ci/eu-de: the IAM is away\n");
}

TEST(Watch, WhoMayNotIsToldAndThatIsTheEnd) {
    fake_daemon daemon({problem_answer(403, "denied")});
    EXPECT_EQ(run_at(daemon, {"watch", "ci/eu-de"}).status, 3);
}

TEST(Watch, EndsQuietlyWhenNobodyReadsAnyMore) {
    fake_daemon daemon({token_named("1111111111111111"), token_named("2222222222222222"), no_answer});
    support::finished result = support::run(
        {"/bin/bash", "-c", "\"$1\" --socket \"$2\" watch ci/eu-de | head -n1; echo ${PIPESTATUS[0]}", "sh",
         TOKENWARD_COMMAND, daemon.path()});
    EXPECT_EQ(result.out, line_of("1111111111111111") + "1\n");
    EXPECT_EQ(result.err, "");
}
