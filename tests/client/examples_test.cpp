// The examples that come with libtokenward, run as a user would.
#include "tests/integration/daemon_under_test.hpp"

#include <gtest/gtest.h>

using namespace tokenward::testing;
namespace support = tokenward::support;

namespace {

support::finished run_example(const daemon_under_test& d, std::vector<std::string> command) {
    return support::run(std::move(command), {.env = {{"TOKENWARD_SOCKET", d.socket()}}});
}

/// A service as a shell script: asks the stand-in's, with the token from its standard input.
std::vector<std::string> service(const iam_standin& iam, const std::string& path) {
    return {"sh", "-c",
            "read -r token || :; curl -s -w ' %{http_code}' -H \"X-Auth-Token: $token\" " +
                iam.service_url() + path +
                " | { read -r body; printf '%s %s' \"${body##* }\" \"${body% *}\"; }"};
}

support::finished with_token(const daemon_under_test& d, std::vector<std::string> command) {
    command.insert(command.begin(), {EXAMPLE_WITH_TOKEN, "ci", "eu-de"});
    return run_example(d, std::move(command));
}

} // namespace

TEST(Examples, TheOneInCTellsOfItsToken) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url()});
    auto said = run_example(d, {EXAMPLE_GET, "ci", "eu-de"});
    EXPECT_EQ(said.status, 0) << said.err;
    EXPECT_NE(said.out.find("ci for eu-de: "), std::string::npos) << said.out;
    auto refused = run_example(d, {EXAMPLE_GET, "ci", "nowhere"});
    EXPECT_EQ(refused.status, 1);
    EXPECT_NE(refused.err.find("nowhere"), std::string::npos) << refused.err;
}

TEST(Examples, WithTokenHealsARevokedToken) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url()});
    EXPECT_EQ(with_token(d, service(iam, "/compute")).out, "200 {\"ok\":true}\n");
    iam.revoke_all();
    EXPECT_EQ(with_token(d, service(iam, "/compute")).out, "200 {\"ok\":true}\n");
    auto state = iam.state();
    EXPECT_EQ(state.service_refused, 1U);
    EXPECT_EQ(state.service_accepted, 2U);
}

TEST(Examples, WithTokenCallsOnceMoreAndNoMore) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url()});
    auto said = with_token(d, service(iam, "/wrong-region/compute"));
    EXPECT_EQ(said.status, 1);
    EXPECT_EQ(said.out.substr(0, 4), "401 ") << said.out;
    EXPECT_LE(iam.state().service_refused, 2U);
    said = with_token(d, {"sh", "-c", "echo 403 you may not"}); // not about the token
    EXPECT_EQ(said.out, "403 you may not\n\n");
}
