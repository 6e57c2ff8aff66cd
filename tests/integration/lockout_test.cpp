// The lockout guard with the real daemon: logins whose answers are lost, clocks that are wrong, and scopes
// that nobody has.
#include "tests/integration/daemon_under_test.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>

using namespace tokenward::testing;
using tokenward::support::eventually;
using tokenward::support::read_file;

namespace {

constexpr auto lockout_totp_seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"; // of the stand-in's mfa-bot

std::string project(int number) {
    return "project:p-" + std::to_string(number);
}

http_reply ask(const daemon_under_test& d, const std::string& scope) {
    return d.get("/v1/tokens/ci/" + scope);
}

daemon_settings of_lockout_mfa_bot(const iam_standin& iam) {
    tokenward::support::output_audit::instance().forbid("the TOTP secret", lockout_totp_seed);
    return {.auth_url = iam.auth_url(),
            .user = "mfa-bot",
            .more_auth = std::string("      totp_secret: \"") + lockout_totp_seed + "\"\n",
            .secret = "stand-in-password-of-mfa-bot",
            .wait_ready = false};
}

std::string guard_file_of(const daemon_under_test& d) {
    return d.state_directory() + "/guard.json";
}

/// How many fetches of the identity have ended without a token.
std::uint64_t failures(const daemon_under_test& d) {
    const std::string page = d.get("/metrics").body;
    std::uint64_t all = 0;
    for (const char* outcome : {"failed", "withheld"}) {
        const std::string series =
            std::string("tokenward_logins_total{identity=\"ci\",outcome=\"") + outcome + "\"} ";
        if (const auto at = page.find(series); at != std::string::npos)
            all += std::stoull(page.substr(at + series.size()));
    }
    return all;
}

class LostAnswer : public ::testing::TestWithParam<const char*> {};

} // namespace

TEST_P(LostAnswer, ADozenLoginsWithAPasswordThatHasNeverWorkedBecomeAFew) {
    iam_standin iam;
    iam.add_projects(12);
    iam.fault(GetParam());
    daemon_under_test d({.auth_url = iam.auth_url(), .scopes = "{}"});
    for (int i = 1; i <= 12; ++i) {
        auto reply = ask(d, project(i));
        EXPECT_EQ(reply.status, 503) << reply.body;
        EXPECT_EQ(member(reply.body, "type"), "urn:tokenward:iam_unavailable");
        EXPECT_NE(reply.header("Retry-After"), "");
    }
    EXPECT_LE(iam.logins(), 4U);
    EXPECT_NE(d.get("/v1/status").body.find("\"failed\""), std::string::npos) << "and never rejected";
}

TEST_P(LostAnswer, CountsNothingOnceThePasswordHasWorkedAndThatOutlivesAKill) {
    iam_standin iam;
    iam.add_projects(6);
    daemon_under_test d({.auth_url = iam.auth_url(), .scopes = "{}"});
    EXPECT_NE(d.token("project:eu-de"), "");
    d.kill();
    d.start();
    iam.fault(GetParam());
    for (int i = 1; i <= 6; ++i) EXPECT_EQ(ask(d, project(i)).status, 503);
    EXPECT_EQ(iam.logins(), 7U);
    iam.clear_faults();
    EXPECT_NE(d.token("project:eu-de"), "") << "nobody has to wait";
}

INSTANTIATE_TEST_SUITE_P(Of, LostAnswer,
                         ::testing::Values(R"({"kind":"reset","count":-1})",
                                           R"({"kind":"status","status":504,"count":-1})"),
                         [](const auto& row) { return row.index == 0 ? "AReset" : "AGateway"; });

TEST(LostAnswers, ALoginThatIsCancelledOnItsWayBackIsOne) {
    iam_standin iam;
    iam.hold();
    daemon_under_test d({.auth_url = iam.auth_url()});
    iam.wait_for_logins(1);
    EXPECT_EQ(d.stop(), 0);
    const std::string kept = read_file(guard_file_of(d));
    EXPECT_NE(kept.find(R"("unknown":true)"), std::string::npos) << kept;
    EXPECT_EQ(kept.find(R"("in_flight":true)"), std::string::npos) << kept;
    iam.release();
    d.start();
    EXPECT_TRUE(d.reaches("valid"));
    EXPECT_EQ(iam.logins(), 2U);
}

TEST(Probe, ComesBeforeTheNextLoginWithAPasswordThatHasNeverWorked) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url(), .scopes = "{}"});
    iam.fault(R"({"kind":"reset"})");
    EXPECT_EQ(ask(d, "project:eu-de").status, 503);
    iam.hold("other");
    auto waiting = d.connect();
    waiting.send_raw("GET /v1/tokens/ci/project:eu-de HTTP/1.1\r\nHost: unix\r\n\r\n");
    iam.wait_for("held", 1); // GET /v3
    EXPECT_EQ(iam.logins(), 1U);
    iam.release();
    EXPECT_TRUE(eventually([&] { return ask(d, "project:eu-de").status == 200; }));
    EXPECT_EQ(iam.logins(), 2U);
}

TEST(Probe, AnIamThatWasAwayAtTheStartIsNoticedAtOnce) {
    iam_standin iam;
    iam.down();
    daemon_under_test d({.auth_url = iam.auth_url(), .wait_ready = false});
    d.start();
    EXPECT_TRUE(eventually([&] { return failures(d) >= 5; }));
    EXPECT_TRUE(d.reaches("failed"));
    iam.up();
    const auto up = std::chrono::steady_clock::now();
    EXPECT_TRUE(d.reaches("valid"));
    EXPECT_LT(std::chrono::steady_clock::now() - up, 8s) << "a doubling pause would be 13 s and more";
    EXPECT_EQ(iam.logins(), 1U);
}

TEST(Probe, SaysWhatKeepsTheIamFromAnswering) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url(), .scopes = "{}"});
    iam.down();
    EXPECT_EQ(ask(d, "project:eu-de").status, 503);
    std::string told = member(ask(d, "project:eu-de").body, "detail");
    EXPECT_NE(told.find("can't be reached: "), std::string::npos) << told;
    EXPECT_NE(told.find("which it has never accepted"), std::string::npos) << told;
    iam.up();
    iam.fault(R"({"kind":"status","status":503,"path":"other","count":-1})");
    EXPECT_TRUE(eventually([&] {
        told = member(ask(d, "project:eu-de").body, "detail");
        return told.find("answers a request without secrets with 503") != std::string::npos;
    })) << told;
    EXPECT_EQ(iam.logins(), 0U);
}

class UnknownScopes : public ::testing::TestWithParam<const char*> {};

TEST_P(UnknownScopes, CostOneOrTwoLoginsAndThenRescopingAlone) {
    iam_standin iam;
    iam.set(std::string(R"({"dialect":")") + GetParam() + "\"}");
    daemon_under_test d({.auth_url = iam.auth_url()});
    EXPECT_NE(d.token(), "");
    for (int i = 1; i <= 15; ++i) {
        auto reply = ask(d, "project:nowhere-" + std::to_string(i));
        EXPECT_EQ(reply.status, 404) << reply.body;
    }
    auto seen = iam.state();
    EXPECT_LE(seen.by_method["password"].attempted, 3U) << "one for eu-de, two for all that are unknown";
    EXPECT_GE(seen.by_method["token"].attempted, 14U);
    EXPECT_NE(d.token("project:eu-nl"), "") << "one that exists is opened likewise";
    EXPECT_EQ(iam.state().by_method["token"].succeeded, 1U);
}

INSTANTIATE_TEST_SUITE_P(In, UnknownScopes, ::testing::Values("otc", "keystone"),
                         [](const auto& row) { return std::string(row.param); });

TEST(UnknownScopes, OfManyAtATimeOneIsTriedByALogin) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url(), .scopes = "{}"});
    std::vector<http_client> all;
    for (int i = 1; i <= 12; ++i) {
        all.push_back(d.connect());
        all.back().send_raw("GET /v1/tokens/ci/project:nowhere-" + std::to_string(i) +
                            " HTTP/1.1\r\nHost: unix\r\n\r\n");
    }
    for (auto& caller : all) EXPECT_EQ(caller.read_reply().status, 404);
    EXPECT_LE(iam.state().by_method["password"].attempted, 2U);
}

TEST(UnknownScopes, AreNeverRescopedWhereTheConfigurationForbidsIt) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url(), .extra = "    rescope: never\n"});
    for (int i = 1; i <= 3; ++i) EXPECT_EQ(ask(d, "project:nowhere-" + std::to_string(i)).status, 404);
    EXPECT_EQ(iam.state().by_method["token"].attempted, 0U);
}

TEST(WrongDate, TenDaysAheadIsNotBelievedUnlessTheNextAnswerAgrees) {
    iam_standin iam;
    iam.hold("other");
    iam.hold("auth");
    daemon_under_test d(of_lockout_mfa_bot(iam));
    d.start();
    iam.wait_for("held", 1); // the IAM is asked what time it is
    iam.set_clock_offset(24h * 10);
    iam.release(1);
    iam.wait_for("requests", 2); // it is asked once more; a login would be judged by the right time
    iam.set_clock_offset(0s);
    iam.release();
    EXPECT_TRUE(d.reaches("valid"));
    EXPECT_EQ(iam.state().logins.refused, 0U);
}

TEST(WrongDate, AStepThatWasSpentTenDaysAheadHoldsNobodyUp) {
    iam_standin iam;
    daemon_under_test d(of_lockout_mfa_bot(iam));
    const std::string origin = "127.0.0.1:" + std::to_string(iam.port());
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    std::filesystem::create_directories(d.state_directory());
    std::ofstream(guard_file_of(d))
        << R"({"version":1,"salt":"00000000000000000000000000000000","users":[{"iam":")" << origin
        << R"(","user":"mfa-bot@)" << iam_standin::domain << R"(","secrets":[],"attempts":[],"totp_step":)"
        << (now + 24h * 10) / 30s << "}]}";
    d.start();
    d.program().wait_for_line("event=spent_step_ahead");
    EXPECT_TRUE(d.reaches("valid"));
    EXPECT_EQ(iam.state().logins.refused, 0U);
}

TEST(GuardsFile, OfANewerFormatIsPassedOverWithOneLineAndStays) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url(), .wait_ready = false});
    std::filesystem::create_directories(d.state_directory());
    const std::string newer = R"({"version":7,"what":"ever"})";
    std::ofstream(guard_file_of(d)) << newer;
    d.start();
    EXPECT_NE(d.token(), "");
    const std::string log = d.program().err();
    const auto line = log.find("event=guard_file");
    ASSERT_NE(line, std::string::npos) << log;
    EXPECT_EQ(log.find("event=guard_file", line + 1), std::string::npos) << "one line: " << log;
    EXPECT_EQ(read_file(guard_file_of(d) + ".newer"), newer);
    EXPECT_EQ(read_file(guard_file_of(d)).find(R"("version":1)"), 1U);
}
