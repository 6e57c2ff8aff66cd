// Callers as they come, with the real programs: many at once, slow, killed, and more than there are
// descriptors.
#include "tests/integration/daemon_under_test.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <unistd.h>

#include <memory>
#include <sstream>

using namespace tokenward::testing;
using tokenward::support::process;

namespace {

const std::string get_health = "GET /healthz HTTP/1.1\r\nHost: unix\r\n\r\n";
const std::string get_token = "GET /v1/tokens/ci/eu-de HTTP/1.1\r\nHost: unix\r\n\r\n";

std::unique_ptr<process> start_get(const daemon_under_test& d, const std::string& scope) {
    return std::make_unique<process>(
        std::vector<std::string>{TOKENWARD_COMMAND, "--socket", d.socket(), "get", "ci/" + scope},
        tokenward::support::process_options{.prints_secrets = true});
}

/// What the process has used of the processor until now.
std::chrono::milliseconds processor_time(pid_t pid) {
    std::string stat = tokenward::support::read_file("/proc/" + std::to_string(pid) + "/stat");
    std::istringstream fields(stat.substr(stat.rfind(')') + 2));
    std::string skipped;
    for (int number = 3; number < 14; ++number) fields >> skipped; // proc(5): utime is the 14th
    long user = 0;
    long system = 0;
    fields >> user >> system;
    return std::chrono::milliseconds((user + system) * 1000 / ::sysconf(_SC_CLK_TCK));
}

/// Whether the daemon is idle for 2 s, in which it waits for an IAM whose gate is shut.
::testing::AssertionResult is_idle(daemon_under_test& d, http_client& caller) {
    const auto before = processor_time(d.program().pid());
    const int status = caller.get("/v1/tokens/ci/project:eu-nl?max_wait=2").status;
    const auto used = processor_time(d.program().pid()) - before;
    if (status == 504 && used < 300ms) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "status " << status << ", " << used.count() << " ms of CPU";
}

} // namespace

TEST(Callers, FiftyShortLivedProcessesCostOneLogin) {
    iam_standin iam;
    iam.hold();
    daemon_under_test d({.auth_url = iam.auth_url(), .scopes = "{}"});
    std::vector<std::unique_ptr<process>> all;
    for (int i = 0; i < 50; ++i) all.push_back(start_get(d, "project:eu-de"));
    iam.wait_for_logins(1);
    iam.release();
    for (auto& one : all) {
        ASSERT_EQ(one->wait_exit(), 0) << one->err();
        EXPECT_EQ(one->out(), all[0]->out());
    }
    EXPECT_EQ(d.command({"get", "project:eu-de"}).out, all[0]->out());
    EXPECT_EQ(iam.logins(), 1U);
}

TEST(Callers, ThoseKilledInMidRequestLeaveAnIdleDaemonAndTakeNoFetchWithThem) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url()});
    d.token();
    iam.hold();
    auto waiting = start_get(d, "project:eu-nl");
    iam.wait_for_logins(2); // it is in mid-request
    waiting->signal(SIGKILL);
    EXPECT_EQ(waiting->wait_exit(), 128 + SIGKILL);
    for (const std::string& said :
         {std::string("GET /v1/tok"), get_token + "GET /v1/tok", get_token + get_token}) {
        auto gone = d.connect();
        gone.send_raw(get_health);
        EXPECT_EQ(gone.read_reply().status, 200);
        gone.send_raw(said);
    }
    auto caller = d.connect();
    EXPECT_TRUE(is_idle(d, caller));
    iam.release();
    EXPECT_NE(d.token("project:eu-nl"), "");
    EXPECT_EQ(iam.logins(), 2U);
}

TEST(Callers, ThoseWhoLeaveWithoutReadingDoNotEndTheDaemon) {
    iam_standin iam;
    iam.set_token_size(std::size_t{60} * 1024U);
    daemon_under_test d({.auth_url = iam.auth_url()});
    d.token();
    std::string pile;
    for (int i = 0; i < 50; ++i) pile += get_token;
    for (int i = 0; i < 20; ++i) {
        d.connect().send_raw(get_token);
        auto begun = d.connect();
        begun.send_raw(pile);
        EXPECT_NE(begun.receive_raw(), "") << "and goes in the midst of the answers";
    }
    EXPECT_NE(d.token(), "");
    EXPECT_EQ(d.stop(), 0) << "no signal ended it";
}

TEST(Callers, SlowOnesAndASlowIamFreezeNobodyElse) {
    iam_standin iam;
    iam.set_token_size(std::size_t{60} * 1024U);
    daemon_under_test d({.auth_url = iam.auth_url()});
    d.token();
    iam.fault(R"({"kind": "slow", "interval_ms": 500})");
    auto of_slow_iam = d.connect();
    of_slow_iam.send_raw("GET /v1/tokens/ci/project:eu-nl HTTP/1.1\r\nHost: unix\r\n\r\n");
    iam.wait_for_logins(2);
    auto deaf = d.connect();
    for (int i = 0; i < 50; ++i) deaf.send_raw(get_token);
    auto slow = d.connect();
    slow.send_raw("GET /v1/tok");
    auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 50; ++i) ASSERT_EQ(d.get("/v1/tokens/ci/eu-de").status, 200);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
    for (int i = 0; i < 50; ++i) ASSERT_EQ(deaf.read_reply().status, 200) << "its answers were kept: " << i;
}

TEST(Callers, MoreThanThereAreDescriptorsForWaitTheirTurnAndTheDaemonIsIdle) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url()});
    d.token();
    iam.hold();
    auto early = d.connect();
    EXPECT_EQ(early.get("/v1/tokens/ci/project:eu-nl?max_wait=0").status, 504);
    iam.wait_for_logins(2); // under way before the descriptors run out: is_idle() waits for its end
    rlimit bounds{};
    ASSERT_EQ(::prlimit(d.program().pid(), RLIMIT_NOFILE, nullptr, &bounds), 0);
    bounds.rlim_cur = 64;
    ASSERT_EQ(::prlimit(d.program().pid(), RLIMIT_NOFILE, &bounds, nullptr), 0);
    std::vector<http_client> many;
    for (int i = 0; i < 100; ++i) many.push_back(d.connect());
    d.program().wait_for_line("event=accept_paused");
    EXPECT_EQ(early.get("/v1/tokens/ci/eu-de").status, 200) << "who is in is served";
    EXPECT_TRUE(is_idle(d, early));
    iam.release();
    many.erase(many.begin(), many.begin() + 70);
    for (auto& late : many) ASSERT_EQ(late.get("/v1/tokens/ci/eu-de").status, 200);
}

TEST(Callers, WhoTakeAllConnectionsLeaveTheDaemonTheDescriptorsThatItNeedsItself) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url(), .scopes = "{}", .wait_ready = false});
    process narrow(
        {"/bin/sh", "-c", R"(ulimit -n 128 && exec "$0" --config "$1")", TOKENWARD_DAEMON, d.config_file()},
        {.env = {{"STATE_DIRECTORY", d.state_directory()}}});
    narrow.wait_for_line("event=ready");
    std::vector<http_client> many;
    for (int i = 0; i < 200; ++i) many.push_back(d.connect());
    // Needs the password's file, the guard's, and a connection to the IAM.
    auto reply = d.get("/v1/tokens/ci/project:eu-de");
    EXPECT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(narrow.err().find("accept_paused"), std::string::npos) << narrow.err();
}
