// HTTPS: a good certificate, and each kind of bad one.
#include "tests/integration/daemon_under_test.hpp"
#include "tests/support/test_ca.hpp"

#include <gtest/gtest.h>

using namespace tokenward::testing;
using tokenward::support::key_and_certificate;
using tokenward::support::test_ca;

namespace {

const test_ca& ca() {
    static const test_ca one;
    return one;
}

http_reply ask(const key_and_certificate& served, const std::string& extra) {
    iam_standin iam({.tls_certificate = served.certificate, .tls_key = served.key});
    daemon_under_test d({.auth_url = iam.tls_auth_url(), .scopes = "{}", .extra = extra});
    auto reply = d.get("/v1/tokens/ci/project:eu-de");
    if (reply.status != 200) {
        EXPECT_EQ(iam.logins(), 0U) << "no password goes to an IAM that could not prove itself";
    }
    return reply;
}

const std::string trusted = "    cacert: " + ca().certificate().string() + "\n";

} // namespace

TEST(Tls, AGoodCertificateOfAGivenCaIsAccepted) {
    EXPECT_EQ(ask(ca().server(), trusted).status, 200);
}

// As curl has it: what is named is trusted, be it no root.
TEST(Tls, TheCaThatIsNamedMayBeAnIntermediateOrTheServersOwnCertificate) {
    const auto behind = ca().server_behind_another();
    EXPECT_EQ(ask(behind.server, "    cacert: " + behind.intermediate.string() + "\n").status, 200);
    EXPECT_EQ(ask(behind.server, trusted).status, 200);
    const auto served = ca().server();
    EXPECT_EQ(ask(served, "    cacert: " + served.certificate.string() + "\n").status, 200);
    const auto own = ca().self_signed();
    EXPECT_EQ(ask(own, "    cacert: " + own.certificate.string() + "\n").status, 200);
    EXPECT_EQ(ask(ca().server(), "    cacert: " + behind.intermediate.string() + "\n").status, 503);
}

TEST(Tls, AnUnknownCaIsRefusedWithAHint) {
    auto reply = ask(ca().server(), "");
    EXPECT_EQ(reply.status, 503);
    EXPECT_NE(reply.body.find("cacert"), std::string::npos) << reply.body;
}

TEST(Tls, AnExpiredCertificateIsRefused) {
    auto reply = ask(ca().expired(), trusted);
    EXPECT_EQ(reply.status, 503);
    EXPECT_NE(reply.body.find("expired"), std::string::npos) << reply.body;
}

TEST(Tls, ACertificateForAnotherHostIsRefused) {
    auto reply = ask(ca().wrong_host(), trusted);
    EXPECT_EQ(reply.status, 503);
    EXPECT_NE(reply.body.find("host"), std::string::npos) << reply.body;
}

TEST(Tls, ASelfSignedCertificateIsRefused) {
    EXPECT_EQ(ask(ca().self_signed(), trusted).status, 503);
}

TEST(Tls, VerifyFalseAcceptsAnythingAndWarns) {
    iam_standin iam({.tls_certificate = ca().self_signed().certificate, .tls_key = ca().self_signed().key});
    daemon_under_test d({.auth_url = iam.tls_auth_url(), .extra = "    verify: false\n"});
    EXPECT_NE(d.program().err().find("verify"), std::string::npos);
}
