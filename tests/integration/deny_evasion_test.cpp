// Callers who hide what they are, as real processes before the real daemon.
#include "tests/integration/daemon_under_test.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include <grp.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace tokenward::testing;
using tokenward::support::process;

namespace {

const std::string token_path = "/v1/tokens/ci/eu-de";

/// Two ends of a pipe.
struct channel {
    channel() {
        if (::pipe(ends) != 0) std::abort();
    }
    ~channel() {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    channel(const channel&) = delete;
    channel& operator=(const channel&) = delete;
    void put(int number) const {
        if (::write(ends[1], &number, sizeof number) != sizeof number) ::_exit(1);
    }
    int take() const {
        int number = -1;
        return ::read(ends[0], &number, sizeof number) == sizeof number ? number : -1;
    }
    int ends[2] = {-1, -1};
};

class DenyEvasion : public ::testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "only root can be several users";
    }
    daemon_settings settings(const std::string& rules) const {
        return {.auth_url = iam.auth_url(), .extra = "    allow: [{user: 12345}, {group: 12345}]\n" + rules};
    }
    static void open_folder(const daemon_under_test& d) {
        std::filesystem::permissions(std::filesystem::path(d.socket()).parent_path(),
                                     std::filesystem::perms(0755));
    }
    static int become_user(const std::vector<gid_t>& groups) {
        return ::setgroups(groups.size(), groups.data()) == 0 && ::setresgid(12345, 12345, 12345) == 0 &&
                       ::setresuid(12345, 12345, 12345) == 0
                   ? 0
                   : errno;
    }
    static int ask(http_client& caller) {
        try {
            return caller.get(token_path).status;
        } catch (const std::exception&) {
            return 0;
        }
    }
    /// In a child: becomes user 12345 with these groups, asks once, and puts the answer's status; -2 if it
    /// can't.
    static bool ask_as_user(const std::vector<gid_t>& groups, const daemon_under_test& d,
                            const channel& to_parent) {
        if (become_user(groups) != 0) {
            to_parent.put(-2);
            return false;
        }
        auto caller = http_client::over_unix(d.socket());
        to_parent.put(ask(caller));
        return true;
    }
    /// Lets other users connect, and waits for a token.
    static void serve_all(daemon_under_test& d) {
        open_folder(d);
        d.token();
    }
    /// Runs `child` in a process; it ends by itself.
    static pid_t start(const std::function<void()>& child) {
        const pid_t pid = ::fork();
        if (pid != 0) return pid;
        child();
        ::_exit(0);
    }

    iam_standin iam;
};

} // namespace

TEST_F(DenyEvasion, ByGroupsDroppedInAUserNamespace) {
    daemon_under_test d(settings("    deny: [{group: 44444}]\n"));
    serve_all(d);
    channel to_parent;
    channel to_child;
    auto evade = [&] {
        if (!ask_as_user({44444}, d, to_parent)) return;
        if (::unshare(CLONE_NEWUSER) != 0) return to_parent.put(errno);
        to_parent.put(0);
        to_child.take();
        if (::setgroups(0, nullptr) != 0) return to_parent.put(-3);
        auto evading = http_client::over_unix(d.socket());
        to_parent.put(ask(evading));
    };
    const pid_t child = start(evade);
    EXPECT_EQ(to_parent.take(), 403) << "a member";
    const int unshared = to_parent.take();
    if (unshared == 0) { // as newuidmap and newgidmap do
        const std::string folder = "/proc/" + std::to_string(child);
        std::ofstream(folder + "/uid_map") << "0 12345 1\n" << std::flush;
        std::ofstream(folder + "/gid_map") << "0 12345 1\n" << std::flush;
        to_child.put(0);
        EXPECT_EQ(to_parent.take(), 403) << "a member who hides it";
    }
    ::waitpid(child, nullptr, 0);
    if (unshared != 0) GTEST_SKIP() << "user namespaces are not permitted here";
}

TEST_F(DenyEvasion, ByAProcessThatConnectsAndEnds) {
    daemon_under_test d(settings("    deny: [{unit: denied.service}]\n"));
    serve_all(d);
    channel to_parent;
    channel gone;
    auto evade = [&] {
        if (!ask_as_user({}, d, to_parent)) return;
        auto connection = http_client::over_unix(d.socket());
        if (::fork() != 0) ::_exit(0);
        gone.take(); // who connected has ended
        to_parent.put(ask(connection));
    };
    const pid_t child = start(evade);
    EXPECT_EQ(to_parent.take(), 200) << "in no unit, or in another";
    ::waitpid(child, nullptr, 0);
    gone.put(0);
    EXPECT_EQ(to_parent.take(), 403) << "its unit can't be told";
}

TEST_F(DenyEvasion, ByASubordinateUid) {
    if (!std::filesystem::exists("/etc/subuid")) GTEST_SKIP() << "there is no /etc/subuid here";
    daemon_settings s = settings("    deny: [{user: 12399}]\n");
    s.wait_ready = false;
    daemon_under_test d(s);
    tokenward::support::temp_dir files;
    const auto ranges = files.write("subuid", "12399:200000:10\n");
    // Mounted over the machine's, for the daemon alone.
    process with_ranges({"unshare", "--mount", "--propagation", "private", "/bin/sh", "-c",
                         R"(mount --bind "$2" /etc/subuid || exit 77; exec "$0" --config "$1")",
                         TOKENWARD_DAEMON, d.config_file(), ranges.string()},
                        {.env = {{"STATE_DIRECTORY", d.state_directory()}}});
    try {
        with_ranges.wait_for_line("event=ready");
    } catch (const std::runtime_error&) {
        if (with_ranges.wait_exit() == 77) GTEST_SKIP() << "mounts are not permitted here";
        throw;
    }
    open_folder(d);
    auto status_for = [&](const std::string& uid) {
        return tokenward::support::run({"setpriv", "--reuid=" + uid, "--regid=12345", "--clear-groups",
                                        "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}",
                                        "--unix-socket", d.socket(), "http://localhost" + token_path})
            .out;
    };
    EXPECT_EQ(status_for("200010"), "200") << "the first uid that is nobody's";
    EXPECT_EQ(status_for("200004"), "403") << "it acts for 12399";
    EXPECT_EQ(status_for("12399"), "403");
}
