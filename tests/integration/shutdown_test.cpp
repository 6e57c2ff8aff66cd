// The end of the daemon, whatever is under way: within two seconds, and at once if it is told twice.
#include "tests/integration/daemon_under_test.hpp"

#include <gtest/gtest.h>

#include <csignal>

using namespace tokenward::testing;

namespace {

constexpr auto longest = 2'500ms; // two seconds, and what a busy machine adds

/// Ends the daemon, which is told `times`; how long it took.
std::chrono::milliseconds end(tokenward::support::process& daemon, int times = 1) {
    const auto start = std::chrono::steady_clock::now();
    daemon.signal(SIGTERM);
    if (times > 1) {
        daemon.wait_for_line("event=stopping");
        daemon.signal(SIGTERM);
    }
    EXPECT_EQ(daemon.wait_exit(60s), 0) << daemon.err();
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
}

void ask(http_client& caller, const std::string& method, const std::string& target,
         const std::string& body = "") {
    caller.send_raw(method + " " + target +
                    " HTTP/1.1\r\nHost: unix\r\nContent-Type: application/json\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n" + body);
}

// A caller who asks for more tokens than a socket takes, and reads none.
auto connect_without_reading(daemon_under_test& d) {
    auto caller = d.connect();
    for (int i = 0; i < 50; ++i) caller.send_raw("GET /v1/tokens/ci/eu-de HTTP/1.1\r\nHost: unix\r\n\r\n");
    return caller;
}

} // namespace

TEST(Shutdown, ALoginThatHangsHoldsUpNothing) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url()});
    d.token();
    iam.hold();
    auto caller = d.connect();
    ask(caller, "GET", "/v1/tokens/ci/project:eu-nl");
    iam.wait_for_logins(2);
    EXPECT_LT(end(d.program()), longest);
    EXPECT_EQ(caller.read_reply().status, 503) << "and who waits is told";
}

TEST(Shutdown, AValidationThatHangsHoldsUpNothing) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url()});
    d.report(d.fingerprint());
    const std::string second = d.fingerprint();
    iam.hold("validate");
    auto caller = d.connect();
    ask(caller, "POST", "/v1/tokens/ci/eu-de/report",
        R"({"fingerprint":")" + second + R"(","status":401,"body":"{\"error_code\":\"APIG.0307\"}"})");
    iam.wait_for("validations", 1);
    EXPECT_LT(end(d.program()), longest);
    EXPECT_EQ(caller.read_reply().status, 200);
}

TEST(Shutdown, APasscodeThatHangsHoldsUpNothing) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url(),
                         .extra = "    auth_type: v3multifactor\n",
                         .user = "mfa-bot",
                         .secret = "stand-in-password-of-mfa-bot"});
    ASSERT_TRUE(d.reaches("passcode"));
    iam.hold();
    auto caller = d.connect();
    ask(caller, "POST", "/v1/identities/ci/passcode", R"({"passcode":"123456"})");
    iam.wait_for_logins(1);
    EXPECT_LT(end(d.program()), longest);
    EXPECT_EQ(caller.read_reply().status, 503);
}

TEST(Shutdown, ACallerWhoDoesNotReadHoldsUpNothing) {
    iam_standin iam;
    iam.set_token_size(std::size_t{60} * 1024U);
    daemon_under_test d({.auth_url = iam.auth_url()});
    d.token();
    auto deaf = connect_without_reading(d);
    EXPECT_EQ(d.get("/healthz").status, 200); // the daemon has come to it
    EXPECT_LT(end(d.program()), longest);
}

// The guard's file is written by another thread, for which nobody can wait.
TEST(Shutdown, ADiskThatHangsHoldsUpNothing) {
    if (TOKENWARD_SANITIZED) GTEST_SKIP() << "a sanitizer wants to be loaded first";
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url(), .wait_ready = false});
    const std::string from_now_on = d.config_file(); // there from the start
    tokenward::support::process daemon({TOKENWARD_DAEMON, "--config", d.config_file()},
                                       {.env = {{"STATE_DIRECTORY", d.state_directory()},
                                                {"LD_PRELOAD", SLOW_DISK},
                                                {"SLOW_DISK", from_now_on}}});
    daemon.wait_for_line("event=ready");
    EXPECT_EQ(d.get("/v1/tokens/ci/eu-de?max_wait=1").status, 504) << "the login waits for the disk";
    EXPECT_LT(end(daemon), longest);
}

TEST(Shutdown, ASecondSigtermEndsItAtOnce) {
    iam_standin iam;
    iam.set_token_size(std::size_t{60} * 1024U);
    daemon_under_test d({.auth_url = iam.auth_url()});
    d.token();
    auto deaf = connect_without_reading(d);
    EXPECT_EQ(d.get("/healthz").status, 200);
    EXPECT_LT(end(d.program(), 2), 900ms) << "and not after the second that the others are given";
}
