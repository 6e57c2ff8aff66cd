// What a caller without privileges can cost the IAM, with the real programs.
#include "tests/integration/daemon_under_test.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>

using namespace tokenward::testing;

namespace {

constexpr unsigned somebody = 12'345;

const std::string lets_somebody_in = "    allow: [{user: " + std::to_string(somebody) + "}]\n";

/// A connection of a user without privileges; the kernel notes whose it is when it is made.
http_client connect_as_somebody(const daemon_under_test& d) {
    if (::seteuid(somebody) != 0) throw std::runtime_error("can't become another user");
    auto made = [&] {
        try {
            return std::optional(d.connect());
        } catch (...) {
            return std::optional<http_client>();
        }
    }();
    if (::seteuid(0) != 0 || !made) throw std::runtime_error("no connection as another user");
    return std::move(*made);
}

void open_folder_of(const daemon_under_test& d) {
    namespace fs = std::filesystem;
    fs::permissions(fs::path(d.socket()).parent_path(), fs::perms(0755));
}

std::size_t random_scopes_tried(const iam_standin& iam) {
    std::size_t count = 0;
    for (const auto& [scope, logins] : iam.state().by_scope)
        count += scope.find("random") != std::string::npos ? 1U : 0U;
    return count;
}

} // namespace

TEST(CallersLimits, RandomProjectsOn16ConnectionsCostABurstAndARate) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can connect as another user";
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url(), .extra = lets_somebody_in});
    open_folder_of(d);
    d.token();
    const auto before = iam.logins();
    std::vector<http_client> connections;
    for (int i = 0; i < 16; ++i) connections.push_back(connect_as_somebody(d));
    const auto start = std::chrono::steady_clock::now();
    std::atomic<int> asked = 0;
    std::atomic<int> too_many = 0;
    std::vector<std::thread> callers;
    for (auto& connection : connections)
        callers.emplace_back([&] {
            while (std::chrono::steady_clock::now() - start < 4s) {
                auto reply = connection.get("/v1/tokens/ci/project:random" + std::to_string(++asked));
                if (reply.status != 429) continue;
                ++too_many;
                EXPECT_EQ(member(reply.body, "type"), "urn:tokenward:too_many_requests");
                EXPECT_NE(reply.header("Retry-After"), "");
                EXPECT_EQ(connection.get("/v1/tokens/ci/eu-de").status, 200) << "a hit is a hit";
            }
        });
    for (auto& caller : callers) caller.join();
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start);
    const auto allowed = 50U + static_cast<std::size_t>(seconds.count()) + 1U;
    std::printf("%d asked for, %d answered 429, %zu logins\n", asked.load(), too_many.load(),
                static_cast<std::size_t>(iam.logins() - before));
    EXPECT_GT(too_many.load(), 0);
    EXPECT_LE(random_scopes_tried(iam), allowed);
    EXPECT_LE(iam.logins() - before, 3 * allowed)
        << "each by a login, an unscoped one and by rescoping at the most";
    d.program().wait_for_line("event=limit_reached");
    EXPECT_EQ(d.get("/v1/tokens/ci/project:eu-nl").status, 200) << "root has its own bound";
}

TEST(CallersLimits, AScopeThatTheIamDoesNotKnowCostsNothingForAMinuteThoughItMadeRoom) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url(), .scopes = "{}", .extra = "    max_scopes: 1\n"});
    EXPECT_EQ(d.get("/v1/tokens/ci/project:nowhere").status, 404);
    d.token("project:eu-de");
    const auto before = iam.logins();
    for (int i = 0; i < 5; ++i) {
        auto reply = d.get("/v1/tokens/ci/project:nowhere");
        EXPECT_EQ(reply.status, 404) << reply.body;
        EXPECT_NE(reply.header("Retry-After"), "");
    }
    EXPECT_EQ(iam.logins(), before);
}

TEST(CallersLimits, AReloadTakesNewOnesUp) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can connect as another user";
    iam_standin iam;
    const auto with_burst = [&](const std::string& burst) {
        return daemon_settings{.auth_url = iam.auth_url(),
                               .extra = lets_somebody_in +
                                        "limits: {new_scopes_per_minute: 1, new_scopes_burst: " + burst +
                                        "}\n"};
    };
    daemon_under_test d(with_burst("1"));
    open_folder_of(d);
    auto caller = connect_as_somebody(d);
    EXPECT_EQ(caller.get("/v1/tokens/ci/project:eu-nl").status, 200);
    auto reply = caller.get("/v1/tokens/ci/unscoped");
    EXPECT_EQ(reply.status, 429) << reply.body;
    d.write_config(with_burst("2"));
    d.reload();
    EXPECT_EQ(caller.get("/v1/tokens/ci/unscoped").status, 200);
}

// The second scope takes the place of the first, whatever is under way.
TEST(CallersLimits, WithMaxScopes1ValgrindFindsNothing) {
    if (TOKENWARD_SANITIZED || std::string(VALGRIND).empty()) GTEST_SKIP() << "there is no valgrind here";
    iam_standin iam;
    daemon_under_test d(
        {.auth_url = iam.auth_url(), .scopes = "{}", .extra = "    max_scopes: 1\n", .wait_ready = false});
    tokenward::support::process daemon(
        {VALGRIND, "--quiet", "--error-exitcode=9", TOKENWARD_DAEMON, "--config", d.config_file()},
        {.env = {{"STATE_DIRECTORY", d.state_directory()}}});
    daemon.wait_for_line("event=ready", 60s);
    for (const char* scope : {"project:eu-de", "project:eu-nl", "project:eu-de", "unscoped"})
        EXPECT_NE(d.token(scope), "") << scope;
    daemon.signal(SIGTERM);
    EXPECT_EQ(daemon.wait_exit(), 0) << daemon.err();
}
