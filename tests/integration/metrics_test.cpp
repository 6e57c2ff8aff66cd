// The loopback listener for a Prometheus, with the real daemon: what it serves, and a port that is taken.
#include "tests/integration/daemon_under_test.hpp"

#include "tests/support/tcp_listener.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdint>
#include <optional>
#include <string>

namespace tokenward::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string listening_on(const std::string& host, std::uint16_t port) {
    return "metrics: {listen: \"" + host + ":" + std::to_string(port) + "\"}\n";
}

class MetricsListener : public ::testing::Test {
  protected:
    daemon_settings settings(std::uint16_t port, const std::string& host = "127.0.0.1") const {
        return {.auth_url = iam.auth_url(), .extra = listening_on(host, port)};
    }
    /// As the log says it.
    static std::uint16_t port_of(daemon_under_test& d) {
        const std::string line = d.program().wait_for_line("event=metrics_served");
        return static_cast<std::uint16_t>(std::stoi(line.substr(line.find(" port ") + 6)));
    }
    static http_reply get(std::uint16_t port, std::string_view target,
                          const std::string& host = "127.0.0.1") {
        return http_client::over_tcp(host, port).get(target);
    }

    iam_standin iam;
};

TEST_F(MetricsListener, ServesMetricsAndHealthAndNeverAToken) {
    daemon_under_test d(settings(0));
    const std::uint16_t port = port_of(d);
    const std::string token = d.token();
    const auto page = get(port, "/metrics");
    EXPECT_EQ(page.status, 200);
    EXPECT_THAT(page.body,
                HasSubstr("tokenward_token_expires_in_seconds{identity=\"ci\",scope=\"eu-de\"} 86"));
    EXPECT_THAT(page.body, HasSubstr("tokenward_logins_total{identity=\"ci\",outcome=\"granted\"} 1\n"));
    EXPECT_THAT(page.body, HasSubstr("tokenward_connections 1\n"));
    EXPECT_THAT(page.body, Not(HasSubstr(token)));
    EXPECT_THAT(get(port, "/readyz").body, HasSubstr("1 of 1 configured scopes have a token"));
    EXPECT_EQ(get(port, "/healthz").status, 200);
    const auto refused = get(port, "/v1/tokens/ci/eu-de");
    EXPECT_EQ(refused.status, 404);
    EXPECT_THAT(refused.body, Not(HasSubstr(token)));
    EXPECT_EQ(http_client::over_tcp("127.0.0.1", port).get("/metrics", {{"Host", "evil.example"}}).status,
              403);
    EXPECT_EQ(d.stop(), 0);
}

TEST_F(MetricsListener, ListensOnIpv6Too) {
    daemon_under_test d(settings(0, "[::1]"));
    EXPECT_EQ(get(port_of(d), "/healthz", "::1").status, 200);
}

TEST_F(MetricsListener, ATakenPortIsToldAndTokensAreServedAllTheSame) {
    std::optional<support::tcp_listener> other(std::in_place);
    const std::uint16_t port = other->port();
    daemon_under_test d(settings(port));
    EXPECT_THAT(d.program().wait_for_line("event=metrics_not_served"),
                HasSubstr("port " + std::to_string(port) + " for `metrics`: Address already in use"));
    EXPECT_FALSE(d.token().empty());
    other.reset();
    d.program().signal(SIGHUP);
    EXPECT_EQ(port_of(d), port);
    EXPECT_EQ(get(port, "/readyz").status, 200);
}

TEST_F(MetricsListener, ARestartTakesTheSamePortAtOnce) {
    daemon_under_test d(settings(0));
    const std::uint16_t port = port_of(d);
    d.write_config(settings(port));
    for (int i = 0; i < 3; ++i) {
        auto held = http_client::over_tcp("127.0.0.1", port);
        EXPECT_EQ(held.get("/healthz").status, 200);
        EXPECT_EQ(d.stop(), 0); // closes first, so that its side lingers in TIME_WAIT
        d.start();
        EXPECT_EQ(port_of(d), port);
    }
}

TEST_F(MetricsListener, ReadinessSaysWhatTheIamRefused) {
    daemon_settings wrong = settings(0);
    wrong.secret = "not the password";
    daemon_under_test d(wrong);
    const std::uint16_t port = port_of(d);
    ASSERT_TRUE(d.reaches("rejected"));
    const auto ready = get(port, "/readyz");
    EXPECT_EQ(ready.status, 503);
    EXPECT_THAT(ready.body, HasSubstr("ci/eu-de: rejected (credential_rejected)"));
    const std::string page = get(port, "/metrics").body;
    EXPECT_THAT(page, HasSubstr("tokenward_credential_rejected{identity=\"ci\"} 1\n"));
    EXPECT_THAT(page, HasSubstr("tokenward_guard_refusals{identity=\"ci\"} 2\n"));
    EXPECT_THAT(page, HasSubstr("tokenward_guard_attempts{identity=\"ci\"} 2\n"));
    EXPECT_THAT(page, HasSubstr("tokenward_logins_total{identity=\"ci\",outcome=\"rejected\"} 1\n"));
}

} // namespace
} // namespace tokenward::testing
