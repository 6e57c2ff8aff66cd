// Through an HTTP proxy: what it is asked, and what becomes of its refusals.
#include "daemon/config/proxy.hpp"
#include "tests/support/connect_proxy.hpp"
#include "tests/support/iam_standin.hpp"
#include "tests/support/test_ca.hpp"
#include "tests/unit/iam/net/one_client.hpp"

#include <gtest/gtest.h>

#include <thread>

#include <sys/socket.h>

namespace tokenward::iam {
namespace {

using namespace std::chrono_literals;
using support::connect_proxy;
using support::iam_standin;

https_options by(const std::string& proxy) {
    https_options o;
    o.connect_timeout = 60s; // reached only when the test fails
    o.proxy = *parse_proxy(proxy);
    o.look_up = [](const std::string& host, const std::string&) {
        ADD_FAILURE() << host << " is the proxy's to find";
        return endpoints{};
    };
    return o;
}

/// An IAM whose name only the proxy can resolve.
std::string url_of(const iam_standin& iam) {
    return "http://iam.invalid:" + std::to_string(iam.port()) + "/v3";
}

/// Answers the first connection with `bytes`.
class rude_proxy {
  public:
    explicit rude_proxy(std::string bytes)
        : x_thread([this, answer = std::move(bytes)] {
              const auto client = x_listener.accept();
              char request[4096];
              (void)!::recv(client.get(), request, sizeof request, 0);
              (void)!::send(client.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
          }) {}
    ~rude_proxy() {
        x_listener.shut();
        x_thread.join();
    }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(x_listener.port()); }

  private:
    support::tcp_listener x_listener{};
    std::thread x_thread;
};

} // namespace

TEST(ProxyTunnel, LeadsToTheIamAndIsKept) {
    iam_standin iam;
    connect_proxy proxy;
    one_client client(url_of(iam), by(proxy.url()));
    EXPECT_EQ(client.status(), 200U) << client.failure().detail;
    EXPECT_EQ(client.status(), 200U);
    auto seen = proxy.seen();
    const std::string destination = "iam.invalid:" + std::to_string(iam.port());
    EXPECT_EQ(seen.asked, std::vector{destination}) << "one tunnel for two requests";
    EXPECT_NE(seen.last_request.find("\r\nHost: " + destination + "\r\n"), std::string::npos);
    EXPECT_EQ(seen.authorization, "");
    proxy.cut();
    EXPECT_EQ(client.status(), 200U) << "a new one after that";
    EXPECT_EQ(proxy.seen().opened, 2U);
}

TEST(ProxyTunnel, CarriesTlsThatIsVerifiedForTheIamAndNotForTheProxy) {
    support::test_ca ca;
    auto served = ca.server();
    iam_standin iam({.tls_certificate = served.certificate, .tls_key = served.key});
    connect_proxy proxy;
    https_options o = by(proxy.url());
    o.tls.cacert = ca.certificate();
    one_client client(iam.tls_auth_url(), o);
    EXPECT_EQ(client.status(), 200U) << client.failure().detail;
    one_client stranger("https://iam.invalid:" + std::to_string(iam.tls_port()) + "/v3", o);
    EXPECT_EQ(stranger.status(), 0U);
    EXPECT_NE(stranger.failure().detail.find("certificate"), std::string::npos) << stranger.failure().detail;
}

TEST(ProxyTunnel, UserAndPasswordAreSentAsBasicAuthorization) {
    iam_standin iam;
    connect_proxy proxy;
    proxy.demand("me:p@ss:word");
    one_client client(url_of(iam), by(proxy.url("me:p%40ss%3Aword")));
    EXPECT_EQ(client.status(), 200U) << client.failure().detail;
    EXPECT_EQ(proxy.seen().authorization, "Basic bWU6cEBzczp3b3Jk");
}

TEST(ProxyTunnel, RefusalsAreTheProxysAndNameItWithoutItsPassword) {
    iam_standin iam;
    connect_proxy proxy;
    one_client client(url_of(iam), by(proxy.url("me:hunter2")));
    const std::string start =
        "iam.invalid:" + std::to_string(iam.port()) + " can't be reached: the proxy " + proxy.url() + ' ';
    for (auto [status, words] : {std::pair(407, "refuses the user or password of its URL (407)"),
                                 {403, "does not let us through (403)"},
                                 {502, "can't reach it either (502)"},
                                 {503, "can't reach it either (503)"},
                                 {302, "did not open a tunnel (302)"},
                                 {401, "did not open a tunnel (401)"}}) {
        proxy.answer_with(status);
        EXPECT_EQ(client.status(), 0U);
        EXPECT_EQ(client.failure().code, errc::iam_unavailable) << status;
        EXPECT_EQ(client.failure().detail, start + words);
    }
    EXPECT_EQ(iam.state().requests, 0U);
    proxy.answer_with(200);
    EXPECT_EQ(client.status(), 200U) << "and is over when the proxy is well again";
}

TEST(ProxyTunnel, ProxyThatWantsAUserSaysHowToGiveOne) {
    iam_standin iam;
    connect_proxy proxy;
    proxy.demand("me:hunter2");
    one_client client(url_of(iam), by(proxy.url()));
    EXPECT_EQ(client.status(), 0U);
    EXPECT_NE(client.failure().detail.find("wants a user and password (407): give them in its URL"),
              std::string::npos)
        << client.failure().detail;
}

TEST(ProxyTunnel, ProxyThatDoesNotAnswerEndsInTime) {
    connect_proxy proxy;
    proxy.answer_with(0);
    https_options o = by(proxy.url());
    o.connect_timeout = 1s;
    one_client client("http://iam.invalid/v3", o);
    EXPECT_EQ(client.status(), 0U);
    EXPECT_EQ(client.failure().detail,
              "iam.invalid can't be reached: the proxy " + proxy.url() + " does not answer");
}

TEST(ProxyTunnel, ProxyThatIsNotThereIsNamed) {
    const std::string gone = "http://127.0.0.1:" + std::to_string(support::tcp_listener().port());
    one_client client("http://iam.invalid/v3", by(gone));
    EXPECT_EQ(client.status(), 0U);
    EXPECT_EQ(client.failure().detail,
              "iam.invalid can't be reached: the proxy " + gone + ": Connection refused");
}

TEST(ProxyTunnel, ProxyThatSpeaksAnotherLanguageIsNamed) {
    for (const std::string& words :
         {std::string("SSH-2.0-OpenSSH_9.2\r\n\r\n"), std::string(),
          "HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n",
          std::string("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 201 Created\r\nX-Subject-Token: forged\r\n\r\n")}) {
        rude_proxy proxy(words);
        one_client client("http://iam.invalid/v3", by(proxy.url()));
        EXPECT_EQ(client.status(), 0U) << words.substr(0, 80);
        EXPECT_EQ(client.failure().code, errc::iam_unavailable);
        EXPECT_NE(client.failure().detail.find("the proxy " + proxy.url()), std::string::npos)
            << client.failure().detail;
    }
}

TEST(ProxyTunnel, InterimAnswersAndBareStatusLinesArePassedOverAndAccepted) {
    for (const auto& [bytes, words] :
         {std::pair(
              "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: a\r\n\r\nHTTP/1.1 403 No\r\n\r\n",
              "(403)"),
          {"HTTP/1.1 503\r\nVia : lb\r\n\r\n", "(503)"},
          {"HTTP/1.1 101 Switching Protocols\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "did not answer in HTTP"}}) {
        rude_proxy proxy(bytes);
        one_client client("http://iam.invalid/v3", by(proxy.url()));
        EXPECT_EQ(client.status(), 0U) << bytes;
        EXPECT_NE(client.failure().detail.find(words), std::string::npos) << client.failure().detail;
    }
}

TEST(ProxyTunnel, ProxyMayHaveAnIpv6Address) {
    if (!support::has_ipv6_loopback()) GTEST_SKIP() << "this machine has no ::1";
    iam_standin iam;
    connect_proxy proxy("::1");
    one_client client(url_of(iam), by(proxy.url()));
    EXPECT_EQ(client.status(), 200U) << client.failure().detail;
}

} // namespace tokenward::iam
