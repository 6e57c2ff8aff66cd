// Renewal, single flight, outages and restarts, with the real daemon.
#include "tests/integration/daemon_under_test.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

using namespace tokenward::testing;
using tokenward::support::eventually;
using tokenward::support::process;
using tokenward::support::temp_dir;

namespace {

// Both requests in one piece: when the first is answered, the daemon has the second.
std::vector<http_client> callers(const daemon_under_test& d, int count,
                                 const std::function<std::string(int)>& scope) {
    std::vector<http_client> all;
    for (int i = 0; i < count; ++i) {
        all.push_back(d.connect());
        all.back().send_raw("GET /healthz HTTP/1.1\r\nHost: unix\r\n\r\nGET /v1/tokens/ci/" + scope(i) +
                            " HTTP/1.1\r\nHost: unix\r\n\r\n");
    }
    for (auto& c : all) EXPECT_EQ(c.read_reply().status, 200);
    return all;
}

} // namespace

TEST(Lifetime, FiveHundredColdCallersOfAScopeCostOneLogin) {
    iam_standin iam;
    iam.hold();
    daemon_under_test d({.auth_url = iam.auth_url(), .scopes = "{}"});
    auto all = callers(d, 500, [](int) { return "project:eu-de"; });
    iam.wait_for_logins(1);
    iam.release();
    for (auto& c : all) ASSERT_EQ(c.read_reply().status, 200);
    EXPECT_EQ(iam.logins(), 1U);
}

TEST(Lifetime, FiveHundredColdCallersShareOneFailedLogin) {
    iam_standin iam;
    iam.hold();
    iam.fault(R"({"kind": "status", "status": 503, "count": -1})");
    daemon_under_test d({.auth_url = iam.auth_url(), .scopes = "{}"});
    auto all = callers(d, 500, [](int) { return "project:eu-de"; });
    iam.wait_for_logins(1);
    iam.release();
    for (auto& c : all) {
        auto reply = c.read_reply();
        ASSERT_EQ(reply.status, 503) << reply.body;
        EXPECT_NE(reply.header("Retry-After"), "");
    }
    EXPECT_EQ(iam.logins(), 1U);
}

TEST(Lifetime, FiveHundredCallersOfFiftyScopesCostFiftyLogins) {
    iam_standin iam;
    iam.add_projects(50);
    daemon_under_test d({.auth_url = iam.auth_url(), .scopes = "{}"});
    auto all = callers(d, 500, [](int i) { return "project:p-" + std::to_string(i % 50 + 1); });
    for (auto& c : all) {
        auto reply = c.read_reply();
        ASSERT_EQ(reply.status, 200) << reply.body;
    }
    EXPECT_EQ(iam.logins(), 50U);
}

TEST(Lifetime, ATokenIsRenewedAheadOfItsEndAndCallersNeverSeeAGap) {
    iam_standin iam;
    iam.set_lifetime(15s);
    daemon_under_test d({.auth_url = iam.auth_url()});
    std::string first = d.fingerprint();
    EXPECT_TRUE(eventually([&] {
        auto reply = d.get("/v1/tokens/ci/eu-de");
        EXPECT_EQ(reply.status, 200) << reply.body;
        EXPECT_GE(std::stoi(member(reply.body, "expires_in")), 1);
        return member(reply.body, "fingerprint") != first;
    }));
    EXPECT_LE(iam.logins(), 3U);
}

TEST(Lifetime, AClockMinutesOffTheIamsCostsNobodyAToken) {
    for (auto ahead : {-600s, 600s}) {
        iam_standin iam;
        iam.set_lifetime(120s); // over before it began, or an hour too long, by our clock
        iam.set_clock_offset(ahead);
        daemon_under_test d({.auth_url = iam.auth_url()});
        std::string token = d.token();
        auto reply = d.get("/v1/tokens/ci/eu-de");
        EXPECT_EQ(member(reply.body, "token"), token);
        EXPECT_LE(std::stoi(member(reply.body, "expires_in")), 120) << ahead.count();
        EXPECT_GE(std::stoi(member(reply.body, "expires_in")), 60) << ahead.count();
        EXPECT_EQ(iam.logins(), 1U) << ahead.count();
    }
}

TEST(Lifetime, AMinTtlAboveTheGrantedLifeIsAnErrorAndNoLoginPerCaller) {
    iam_standin iam;
    iam.set_lifetime(60s);
    daemon_under_test d({.auth_url = iam.auth_url(), .scopes = "{}"});
    for (int i = 0; i < 20; ++i) {
        auto reply = d.get("/v1/tokens/ci/project:eu-de?min_ttl=3600");
        EXPECT_EQ(reply.status, 400);
        EXPECT_NE(reply.body.find("60 s"), std::string::npos) << "says the granted life: " << reply.body;
    }
    EXPECT_EQ(iam.logins(), 1U);
}

TEST(Lifetime, ARequestDuringReauthenticationWaitsForTheNewToken) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url()});
    std::string refused = d.token();
    iam.revoke_all();
    iam.hold();
    EXPECT_EQ(member(d.report(d.fingerprint()), "verdict"), "invalidated");
    auto all = callers(d, 10, [](int) { return "eu-de"; });
    iam.wait_for_logins(2);
    iam.release();
    for (auto& c : all) {
        auto reply = c.read_reply();
        EXPECT_EQ(reply.status, 200);
        std::string token = member(reply.body, "token");
        EXPECT_NE(token, refused);
        EXPECT_EQ(iam.connect().request("GET", "/service/servers", {{"X-Auth-Token", token}}).status, 200);
    }
    EXPECT_EQ(iam.logins(), 2U);
}

TEST(Lifetime, WhileTheIamIsGoneTheTokenIsServedToItsEndThenRefusedThenFlowsAgain) {
    iam_standin iam;
    iam.set_lifetime(15s);
    daemon_under_test d({.auth_url = iam.auth_url()});
    ASSERT_NE(d.token(), "");
    iam.down();
    http_reply reply;
    bool served_stale = false;
    ASSERT_TRUE(eventually([&] {
        reply = d.get("/v1/tokens/ci/eu-de?max_wait=0");
        served_stale |=
            reply.status == 200 && d.get("/v1/status").body.find("\"stale\"") != std::string::npos;
        return reply.status != 200;
    }));
    EXPECT_TRUE(served_stale) << "a failed renewal keeps the token";
    EXPECT_TRUE(reply.status == 503 || reply.status == 504) << reply.body;
    reply = d.get("/v1/tokens/ci/eu-de");
    EXPECT_EQ(reply.status, 503) << reply.body;
    EXPECT_NE(reply.header("Retry-After"), "");
    EXPECT_EQ(member(reply.body, "type"), "urn:tokenward:iam_unavailable");
    EXPECT_EQ(d.get("/readyz").status, 503) << "broken, and its probe says so";
    EXPECT_EQ(d.get("/healthz").status, 200) << "a restart would not help";
    iam.up();
    EXPECT_TRUE(eventually([&] { return d.get("/v1/tokens/ci/eu-de").status == 200; }));
    EXPECT_EQ(d.get("/readyz").status, 200);
}

TEST(Lifetime, AfterSigkillANewDaemonServesAtOnceOnTheSameSocket) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url()});
    d.token();
    d.kill();
    d.start();
    EXPECT_NE(d.token(), "");
}

TEST(Lifetime, ASecondDaemonOnTheSocketRefusesToStartAndTheFirstServesOn) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url()});
    auto second = tokenward::support::run({TOKENWARD_DAEMON, "--config", d.config_file()});
    EXPECT_EQ(second.status, 1);
    EXPECT_NE(second.err.find(std::to_string(d.program().pid())), std::string::npos)
        << "says who serves there: " << second.err;
    EXPECT_NE(d.token(), "");
}

TEST(Lifetime, SigtermAnswersWhoWaitsAndRemovesTheSocket) {
    iam_standin iam;
    iam.hold();
    daemon_under_test d({.auth_url = iam.auth_url()});
    auto waiting = callers(d, 1, [](int) { return "eu-de"; });
    EXPECT_EQ(d.stop(), 0);
    EXPECT_EQ(waiting[0].read_reply().status, 503);
    EXPECT_FALSE(std::filesystem::exists(d.socket()));
}

TEST(Lifetime, AReloadKeepsTokensAndABadFileChangesNothing) {
    iam_standin iam;
    daemon_settings s{.auth_url = iam.auth_url()};
    daemon_under_test d(s);
    std::string before = d.fingerprint();
    s.scopes = "{eu-de: {project_name: eu-de}, staging: {project_name: eu-de_staging}}";
    d.write_config(s);
    d.reload();
    EXPECT_EQ(d.fingerprint(), before);
    EXPECT_NE(d.token("staging"), "");
    s.extra = "    on_demnad: true\n";
    d.write_config(s);
    d.reload();
    EXPECT_EQ(d.fingerprint(), before);
    EXPECT_EQ(iam.logins(), 2U);
    EXPECT_NE(d.program().err().find("on_demand"), std::string::npos) << "names the nearest known key";
    const std::string gauge = "\ntokenward_config_last_reload_successful ";
    EXPECT_NE(d.get("/metrics").body.find(gauge + "0\n"), std::string::npos);
    s.extra.clear();
    d.write_config(s);
    d.reload();
    EXPECT_NE(d.get("/metrics").body.find(gauge + "1\n"), std::string::npos);
}

TEST(Lifetime, AReaderOfItsLogThatHasGoneDoesNotEndTheDaemon) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url(), .wait_ready = false});
    tokenward::support::process piped(
        {"/bin/sh", "-c", TOKENWARD_DAEMON " --config \"$0\" 2>&1 | grep -m 1 event=ready", d.config_file()},
        {.env = {{"STATE_DIRECTORY", d.state_directory()}}});
    piped.wait_for_line("event=ready");                                           // and grep goes
    for (const char* scope : {"eu-de", "project:eu-nl", "project:eu-de_staging"}) // each is logged
        EXPECT_NE(d.token(scope), "") << scope;
}

TEST(Lifetime, AHangingIamDelaysNobodyWhoHasAToken) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url()});
    d.token();
    iam.fault(R"({"kind": "hang", "count": -1})");
    auto stuck = callers(d, 20, [](int) { return "project:eu-nl"; });
    auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 50; ++i) ASSERT_EQ(d.get("/v1/tokens/ci/eu-de").status, 200);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
}

TEST(Lifetime, AReloadThatIsAskedForDuringTheStartDoesNotEndIt) {
    const temp_dir folder;
    const std::string config = folder / "tokenward.yaml";
    ASSERT_EQ(::mkfifo(config.c_str(), 0600), 0);
    process starting({TOKENWARD_DAEMON, "--config", config, "--socket", folder / "socket"});
    {
        std::ofstream file(config); // returns when the daemon has begun to read it
        starting.signal(SIGHUP);
        starting.signal(SIGUSR1);
        file << "identities: {}\n";
    }
    starting.wait_for_line("event=ready");
    starting.signal(SIGTERM);
    EXPECT_EQ(starting.wait_exit(), 0);
}

TEST(Lifetime, TheLogSaysWhoGotWhichTokenAndNeverTheToken) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url()});
    const std::string token = d.token();
    const std::string line = d.program().wait_for_line("event=token_given");
    EXPECT_NE(line.find("identity=ci scope=eu-de fingerprint=" + d.fingerprint()), std::string::npos) << line;
    EXPECT_NE(line.find("peer_uid=" + std::to_string(::geteuid())), std::string::npos) << line;
    EXPECT_EQ(d.program().err().find(token), std::string::npos);
}

TEST(Lifetime, TheLogSaysWhoHadWhichTokenDropped) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url()});
    const std::string which = "identity=ci scope=eu-de fingerprint=" + d.fingerprint();
    d.report(d.fingerprint());
    EXPECT_NE(d.program().wait_for_line("event=token_invalidated").find(which), std::string::npos);
    const std::string line = d.program().wait_for_line("event=token_refused");
    EXPECT_NE(line.find(which + " peer_uid=" + std::to_string(::geteuid())), std::string::npos) << line;
}

TEST(Lifetime, Sigusr1TurnsDebugMessagesOnAndOff) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url()});
    d.token(); // the first login is over
    d.program().signal(SIGUSR1);
    d.program().wait_for_line("the log level is now debug");
    EXPECT_EQ(d.post("/v1/tokens/ci/eu-de/renew", "").status, 200);
    d.program().wait_for_line("event=fetch_started");
    d.program().signal(SIGUSR1);
    d.program().wait_for_line("the log level is now info");
}
