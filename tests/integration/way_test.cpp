// The way to the IAM as a whole: through a proxy, with a client certificate, over IPv6.
#include "tests/integration/daemon_under_test.hpp"
#include "tests/support/connect_proxy.hpp"
#include "tests/support/tcp_listener.hpp"
#include "tests/support/test_ca.hpp"

#include <gtest/gtest.h>

using namespace tokenward::testing;
using tokenward::support::connect_proxy;
using tokenward::support::eventually;
using tokenward::support::key_and_certificate;
using tokenward::support::output_audit;
using tokenward::support::read_file;
using tokenward::support::test_ca;

namespace {

constexpr auto target = "/v1/tokens/ci/project:eu-de";

const test_ca& way_ca() {
    static const test_ca one;
    return one;
}

iam_standin tls_iam(std::vector<std::string> more = {}, const std::string& address = "127.0.0.1") {
    auto served = way_ca().server();
    return iam_standin({.tls_certificate = served.certificate,
                        .tls_key = served.key,
                        .more = std::move(more),
                        .address = address});
}

const std::string way_trusted = "    cacert: " + way_ca().certificate().string() + "\n";

} // namespace

TEST(Proxy, OfTheIdentityLeadsToAnIamThatNobodyElseCanFind) {
    iam_standin iam;
    connect_proxy proxy;
    daemon_under_test d({.auth_url = "http://iam.invalid:" + std::to_string(iam.port()) + "/v3",
                         .extra = "    proxy: " + proxy.url() + "\n"});
    d.token();
    EXPECT_EQ(proxy.seen().opened, 1U);
    EXPECT_EQ(iam.logins(), 1U);
}

TEST(Proxy, OfTheEnvironmentIsTakenForHttpsWithItsPasswordWhichIsWiped) {
    auto iam = tls_iam();
    connect_proxy proxy;
    const std::string password = "hunter2-of-the-proxy";
    output_audit::instance().forbid("the proxy's password", password);
    proxy.demand("me:" + password);
    daemon_under_test d({.auth_url = iam.tls_auth_url(),
                         .extra = way_trusted,
                         .env = {{"HTTPS_PROXY", proxy.url("me:" + password)}}});
    d.token();
    EXPECT_EQ(proxy.seen().opened, 1U);
    const auto shown = read_file("/proc/" + std::to_string(d.program().pid()) + "/environ");
    EXPECT_NE(shown.find("STATE_DIRECTORY="), std::string::npos);
    EXPECT_EQ(shown.find(password), std::string::npos);
    EXPECT_EQ(d.program().err().find("me:"), std::string::npos);
}

// The name that the certificate must bear is that of curl: in any case, without a dot at its end, and as the
// DNS has it.
TEST(Way, TheIamsNameIsComparedAsCurlDoes) {
    struct row {
        const char* host;
        const char* certificate;
        int status;
    };
    for (const row& each : {row{"IAM.Example.com", "iam.example.com", 200},
                            {"iam.example.com.", "iam.example.com", 200},
                            {"iam.example.com", "*.example.com", 200},
                            {"b\xc3\xbc"
                             "cher.example",
                             "xn--bcher-kva.example", 200},
                            {"a.iam.example.com", "*.example.com", 503},
                            {"iam.example.com", "example.com", 503}}) {
        const auto served = way_ca().server_called(each.certificate);
        iam_standin iam({.tls_certificate = served.certificate, .tls_key = served.key});
        connect_proxy proxy; // resolves every name
        daemon_under_test d(
            {.auth_url = "https://" + std::string(each.host) + ":" + std::to_string(iam.tls_port()) + "/v3",
             .scopes = "{}",
             .extra = way_trusted + "    proxy: " + proxy.url() + "\n"});
        EXPECT_EQ(d.get("/v1/tokens/ci/project:eu-de").status, each.status) << each.host;
    }
}

TEST(Proxy, ThatCannotBeUsedIsNeverGoneAround) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url(),
                         .scopes = "{}",
                         .env = {{"ALL_PROXY", "socks5h://me:hunter2@127.0.0.1:1"}}});
    const auto reply = d.get("/v1/tokens/ci/project:eu-de");
    EXPECT_EQ(reply.status, 503) << reply.body;
    EXPECT_NE(reply.body.find("ALL_PROXY must begin with http://"), std::string::npos) << reply.body;
    EXPECT_EQ(iam.state().connections, 0U);
    EXPECT_NE(d.program().err().find("ALL_PROXY must begin with http://"), std::string::npos)
        << "it is logged too";
    EXPECT_EQ(d.program().err().find("hunter2"), std::string::npos);
}

TEST(Proxy, OfTheEnvironmentIsLeftOutWhereNoProxySaysSo) {
    auto iam = tls_iam();
    connect_proxy proxy;
    daemon_under_test d({.auth_url = iam.tls_auth_url(),
                         .extra = way_trusted,
                         .env = {{"https_proxy", proxy.url()}, {"NO_PROXY", "example.com,localhost"}}});
    d.token();
    EXPECT_EQ(proxy.seen().connections, 0U);
}

TEST(Proxy, ForHttpOnlyTheLowerCaseVariableCounts) {
    for (const auto& [name, tunnels] :
         {std::pair("HTTP_PROXY", 0U), {"HTTPS_PROXY", 0U}, {"http_proxy", 1U}}) {
        iam_standin iam;
        connect_proxy proxy;
        daemon_under_test d({.auth_url = iam.auth_url(), .env = {{name, proxy.url()}}});
        d.token();
        EXPECT_EQ(proxy.seen().opened, tunnels) << name;
    }
}

TEST(Proxy, RefusalIsToldToTheCallerWithoutThePasswordAndEndsNothing) {
    iam_standin iam;
    connect_proxy proxy;
    output_audit::instance().forbid("a refused proxy password", "hunter2-refused");
    proxy.answer_with(407);
    daemon_under_test d({.auth_url = iam.auth_url(),
                         .scopes = "{}",
                         .extra = "    proxy: " + proxy.url("me:hunter2-refused") + "\n"});
    auto refused = d.get(target);
    EXPECT_EQ(refused.status, 503) << refused.body;
    EXPECT_NE(
        refused.body.find("the proxy " + proxy.url() + " refuses the user or password of its URL (407)"),
        std::string::npos)
        << refused.body;
    EXPECT_EQ(refused.body.find("hunter2"), std::string::npos);
    EXPECT_EQ(iam.logins(), 0U);
    proxy.answer_with(200);
    EXPECT_TRUE(eventually([&] { return d.get(target).status == 200; }));
    EXPECT_EQ(iam.logins(), 1U) << "a proxy's refusal is no word about the password";
}

TEST(Proxy, ChangeOfItIsFollowedAtAReload) {
    iam_standin iam;
    connect_proxy first;
    connect_proxy second;
    daemon_under_test d({.auth_url = iam.auth_url(), .extra = "    proxy: " + first.url() + "\n"});
    d.token();
    d.write_config({.auth_url = iam.auth_url(), .extra = "    proxy: " + second.url() + "\n"});
    d.reload();
    d.token();
    EXPECT_TRUE(eventually([&] { return second.seen().opened == 1U; }));
}

TEST(ClientCertificate, OpensTheDoorOfAnIamThatWantsOne) {
    auto iam = tls_iam({"--tls-client-ca", way_ca().certificate()});
    auto me = way_ca().client();
    daemon_under_test d({.auth_url = iam.tls_auth_url(),
                         .extra = way_trusted + "    cert: " + me.certificate.string() +
                                  "\n    key: " + me.key.string() + "\n"});
    d.token();
}

TEST(ClientCertificate, IamThatWantsOneIsUnavailableWithoutAndTheCallerIsToldWhy) {
    auto iam = tls_iam({"--tls-client-ca", way_ca().certificate()});
    daemon_under_test d({.auth_url = iam.tls_auth_url(), .scopes = "{}", .extra = way_trusted});
    auto reply = d.get(target);
    EXPECT_EQ(reply.status, 503);
    EXPECT_NE(reply.body.find("it wants a client certificate"), std::string::npos) << reply.body;
    EXPECT_EQ(iam.logins(), 0U);
}

TEST(ClientCertificate, KeyThatIsEncryptedIsSaidToBe) {
    auto iam = tls_iam({"--tls-client-ca", way_ca().certificate()});
    auto me = way_ca().client("locked");
    daemon_under_test d({.auth_url = iam.tls_auth_url(),
                         .scopes = "{}",
                         .extra = way_trusted + "    cert: " + me.certificate.string() +
                                  "\n    key: " + way_ca().encrypted(me).string() + "\n"});
    auto reply = d.get(target);
    EXPECT_EQ(reply.status, 503);
    EXPECT_NE(reply.body.find("is encrypted with a passphrase"), std::string::npos) << reply.body;
}

TEST(Ipv6, IamIsReachedByItsAddressOverHttpAndHttps) {
    if (!tokenward::support::has_ipv6_loopback()) GTEST_SKIP() << "this machine has no ::1";
    auto iam = tls_iam({}, "::1");
    for (const std::string& url : {iam.auth_url(), iam.tls_auth_url()}) {
        EXPECT_NE(url.find("://[::1]:"), std::string::npos) << url;
        daemon_under_test d({.auth_url = url, .extra = way_trusted});
        d.token();
    }
    EXPECT_EQ(iam.logins(), 2U);
}

TEST(AuthUrl, WithoutTheVersionWithAPrefixAndWithSlashesLeadsToTheSameLogin) {
    iam_standin iam;
    const std::string root = iam.auth_url().substr(0, iam.auth_url().size() - 3);
    for (const char* path :
         {"", "/", "/v3", "/v3/", "/identity", "/identity/", "/identity/v3", "/a/b/v3//"}) {
        daemon_under_test d({.auth_url = root + path});
        d.token();
    }
    EXPECT_EQ(iam.state().logins.succeeded, 8U);
}
