// `deny` holds whatever a caller tries, and users whose names are late: the real daemon, and a name service
// in the test's hands.
#include "tests/integration/daemon_under_test.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include <unistd.h>

using namespace tokenward::testing;
using tokenward::support::eventually;
using tokenward::support::iam_standin;
using tokenward::support::temp_dir;

namespace {

/// The folder of slow_names.c, and the variables that have a program use it.
class slow_names {
  public:
    std::map<std::string, std::string> env() const {
        const char* asan = std::getenv("ASAN_OPTIONS");
        return {{"LD_PRELOAD", SLOW_NAMES_LIBRARY},
                {"SLOW_NAMES", x_folder.path().string()},
                {"ASAN_OPTIONS", std::string(asan != nullptr ? asan : "") + ":verify_asan_link_order=0"}};
    }
    void hang(const std::string& name) { x_folder.write("hang-" + name, ""); }
    void let_go(const std::string& name) { std::filesystem::remove(x_folder / ("hang-" + name)); }
    void add_user(const std::string& name, unsigned uid) {
        x_folder.write("user-" + name, std::to_string(uid));
    }
    void add_name(unsigned uid, const std::string& name) {
        x_folder.write("name-" + std::to_string(uid), name);
    }

  private:
    temp_dir x_folder;
};

class Deny : public ::testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "only root can be several users";
    }

    daemon_settings settings(const std::string& rules) const {
        return {.auth_url = iam.auth_url(), .extra = rules, .env = names.env()};
    }
    /// What user 12345 is answered; its status, or 0 if nothing came.
    static int status_for_user(const daemon_under_test& d, const std::string& target) {
        std::filesystem::permissions(std::filesystem::path(d.socket()).parent_path(),
                                     std::filesystem::perms(0755));
        const auto said = tokenward::support::run(
            {"setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", "curl", "-s", "-o", "/dev/null",
             "-w", "%{http_code}", "--unix-socket", d.socket(), "http://localhost" + target});
        return std::atoi(said.out.c_str());
    }
    static int get_for_user(const daemon_under_test& d, const std::string& scope = "eu-de") {
        return status_for_user(d, "/v1/tokens/ci/" + scope);
    }

    iam_standin iam;
    slow_names names;
};

} // namespace

TEST_F(Deny, AProjectDeniedByNameIsNotGivenToWhoAsksForItsId) {
    daemon_under_test d(settings("    allow: [{user: 12345}]\n"
                                 "    deny: [{user: 12345, scopes: [\"project:eu-nl\"]}]\n"));
    const std::string document = d.get("/v1/tokens/ci/project:eu-nl").body;
    const std::string id = member(document.substr(document.find("\"project\"")), "id");
    ASSERT_EQ(id.size(), 32U) << document;
    EXPECT_EQ(get_for_user(d), 200);
    EXPECT_EQ(get_for_user(d, "project:eu-nl"), 403);
    EXPECT_EQ(get_for_user(d, "project_id:" + id), 403) << "the first one, which waits for the token";
    EXPECT_EQ(get_for_user(d, "project_id:" + id), 403) << "the next one, which finds it there";
    EXPECT_EQ(status_for_user(d, "/v1/endpoints/ci/project_id:" + id), 403);
    EXPECT_EQ(d.get("/v1/tokens/ci/project_id:" + id).status, 200) << "root may";
}

TEST_F(Deny, AUserWhoIsNotKnownYetIsDeniedNonetheless) {
    daemon_under_test d(settings("    allow: [{user: 12345}]\n    deny: [{user: laterbot}]\n"));
    EXPECT_EQ(get_for_user(d), 403) << "uid 12345 has no name: it may be laterbot";
    const auto status = d.get("/v1/status").body;
    EXPECT_NE(status.find("user `laterbot` has no uid"), std::string::npos) << status;
    names.add_user("laterbot", 12346);
    EXPECT_TRUE(eventually([&] { return get_for_user(d) == 200; })) << "without a reload: it is another";
    names.add_user("laterbot", 12345);
    d.reload();
    EXPECT_TRUE(eventually([&] { return get_for_user(d) == 403; }));
}

TEST_F(Deny, WhoIsKnownByAnotherNameIsNotTheOneWhoIsNotKnownYet) {
    names.add_name(12345, "alice");
    daemon_under_test d(settings("    allow: [{user: 12345}]\n    deny: [{user: laterbot}]\n"));
    EXPECT_EQ(get_for_user(d), 200);
}

TEST_F(Deny, AnAllowByANameThatComesLateBeginsToWork) {
    daemon_under_test d(settings("    allow: [{user: laterbot}]\n"));
    EXPECT_EQ(get_for_user(d), 403);
    names.add_user("laterbot", 12345);
    EXPECT_TRUE(eventually([&] { return get_for_user(d) == 200; }));
}

TEST_F(Deny, ANameServiceThatHangsHoldsUpNeitherTheStartNorAReloadNorTheEnd) {
    names.hang("hangbot");
    names.add_user("hangbot", 12346);
    names.add_name(12345, "alice");
    const std::string rules = "    allow: [{user: hangbot}, {user: 12345}]\n    deny: [{user: hangbot}]\n";
    daemon_under_test d(settings(rules)); // serves, or this throws
    EXPECT_EQ(d.get("/v1/tokens/ci/eu-de").status, 200);
    EXPECT_EQ(get_for_user(d), 200);
    names.hang("otherbot");
    d.write_config(settings("    allow: [{user: otherbot}, {user: 12345}]\n"));
    d.program().signal(SIGHUP);
    auto caller = d.connect();
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(caller.get("/v1/tokens/ci/eu-de").status, 200) << "while it reloads";
    d.program().wait_for_line("event=reloaded");
    EXPECT_EQ(d.stop(), 0);
    names.let_go("hangbot");
    names.let_go("otherbot");
}

TEST_F(Deny, ANumberOutlivesAReloadWhileTheNameServiceIsGone) {
    names.add_user("laterbot", 12345);
    daemon_under_test d(settings("    deny: [{user: laterbot}]\n    allow: [{group: 12345}]\n"));
    EXPECT_EQ(get_for_user(d), 403);
    names.hang("laterbot");
    names.add_name(12345, "alice");
    d.reload();
    EXPECT_EQ(get_for_user(d), 403) << "the number is known still";
    names.let_go("laterbot");
}

TEST_F(Deny, TheCheckWarnsOfNamesThatHaveNoNumber) {
    daemon_settings s = settings("    deny: [{user: no-such-name-here}]\n");
    s.wait_ready = false;
    daemon_under_test d(s);
    const auto checked = tokenward::support::run({TOKENWARD_DAEMON, "--check", "--config", d.config_file()});
    EXPECT_EQ(checked.status, 0);
    EXPECT_NE(checked.err.find(
                  "user `no-such-name-here` does not exist on this machine: until it does, the rule holds"),
              std::string::npos)
        << checked.err;
}
