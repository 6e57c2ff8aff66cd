// Several sockets of one daemon: each shows its own identities, to root too.
#include "tests/integration/daemon_under_test.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace tokenward::testing {
namespace {

std::string second_identity(const std::string& auth_url, const std::string& secret_file) {
    return "  side:\n    auth:\n      auth_url: " + auth_url +
           "\n      username: " + std::string(iam_standin::user) +
           "\n      user_domain_name: " + std::string(iam_standin::domain) +
           "\n      password: {file: " + secret_file + "}\n    scopes: {nl: {project_name: eu-nl}}\n";
}

} // namespace

TEST(Sockets, EachShowsItsOwnIdentities) {
    iam_standin iam;
    daemon_settings s{.auth_url = iam.auth_url(), .side = "[side]", .wait_ready = false};
    daemon_under_test d(s);
    s.extra = second_identity(iam.auth_url(), d.secret_file());
    d.write_config(s);
    d.start();

    auto side = [&](const char* target) { return http_client::over_unix(d.side_socket()).get(target); };
    EXPECT_EQ(side("/v1/tokens/side/nl").status, 200);
    auto hidden = side("/v1/tokens/ci/eu-de");
    EXPECT_EQ(hidden.status, 403) << hidden.body;
    EXPECT_EQ(side("/v1/tokens/nobody/eu-de").status, 403) << "as one that there is not";
    EXPECT_EQ(side("/v1/identities").body.find("\"ci\""), std::string::npos);
    EXPECT_EQ(side("/v1/status").body.find("\"ci\""), std::string::npos);
    EXPECT_EQ(side("/v1/explain/ci/eu-de").status, 403);

    EXPECT_EQ(d.get("/v1/tokens/ci/eu-de").status, 200);
    EXPECT_EQ(d.get("/v1/tokens/side/nl").status, 200) << "without a list, a socket shows all";
    struct stat is {};
    ASSERT_EQ(::stat(d.side_socket().c_str(), &is), 0);
    EXPECT_EQ(is.st_mode & 0777U, 0600U);
    EXPECT_EQ(d.stop(), 0);
    EXPECT_NE(::stat(d.side_socket().c_str(), &is), 0) << "removed at the end";
}

} // namespace tokenward::testing
