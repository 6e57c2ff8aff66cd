// HTTPS at the stand-in, and the certificates of the test CA as OpenSSL judges them.
#include "tests/unit/support/standin_fixture.hpp"

#include "tests/support/test_ca.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>

namespace tokenward::support {
namespace {

struct freed {
    void operator()(SSL_CTX* it) const noexcept { SSL_CTX_free(it); }
    void operator()(SSL* it) const noexcept { SSL_free(it); }
};

/// A handshake with the stand-in as a careful client does it, for `host`.
class tls_client {
  public:
    tls_client(const test_ca& ca, const iam_standin& iam, const char* host)
        : x_context(SSL_CTX_new(TLS_client_method())),
          x_socket(http_client::over_tcp("127.0.0.1", iam.tls_port())) {
        SSL_CTX_load_verify_file(x_context.get(), ca.certificate().c_str());
        SSL_CTX_set_verify(x_context.get(), SSL_VERIFY_PEER, nullptr);
        x_session.reset(SSL_new(x_context.get()));
        SSL_set1_host(x_session.get(), host);
        SSL_set_fd(x_session.get(), x_socket.fd());
        x_connected = SSL_connect(x_session.get()) == 1;
    }

    long verdict() const { return SSL_get_verify_result(x_session.get()); }
    bool connected() const { return x_connected; }

    /// Sends a request and reads to the end.
    std::string ask(std::string_view request) const {
        std::string answer;
        SSL_write(x_session.get(), request.data(), static_cast<int>(request.size()));
        char buffer[4096];
        for (int size = 0; (size = SSL_read(x_session.get(), buffer, sizeof buffer)) > 0;)
            answer.append(buffer, static_cast<std::size_t>(size));
        return answer;
    }

  private:
    std::unique_ptr<SSL_CTX, freed> x_context;
    http_client x_socket;
    std::unique_ptr<SSL, freed> x_session;
    bool x_connected = false;
};

long verdict_on(const test_ca& ca, const key_and_certificate& shown, const char* host = "localhost") {
    const iam_standin iam({.tls_certificate = shown.certificate, .tls_key = shown.key});
    return tls_client(ca, iam, host).verdict();
}

TEST(Tls, ServesTheSameIamAsHttp) {
    const test_ca ca;
    const auto server = ca.server();
    const iam_standin iam({.tls_certificate = server.certificate, .tls_key = server.key});
    const tls_client client(ca, iam, "localhost");
    ASSERT_TRUE(client.connected());
    const auto answer = client.ask("GET /v3 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    EXPECT_NE(answer.find("https://localhost/v3/"), std::string::npos);
    EXPECT_EQ(iam.state().requests, 1);
}

TEST(Tls, AFailedHandshakeLeavesTheStandinServing) {
    const test_ca ca;
    const auto server = ca.server();
    const iam_standin iam({.tls_certificate = server.certificate, .tls_key = server.key});
    auto confused = http_client::over_tcp("127.0.0.1", iam.tls_port());
    confused.send_raw("GET / HTTP/1.1\r\n\r\n");
    try {
        confused.receive_to_end();
    } catch (const std::system_error&) { // a reset is an answer too
    }
    EXPECT_TRUE(tls_client(ca, iam, "localhost").connected());
}

TEST(TestCa, ServerCertificateIsGoodForEveryNameOfThisMachine) {
    const test_ca ca;
    EXPECT_EQ(verdict_on(ca, ca.server(), "localhost"), X509_V_OK);
    EXPECT_EQ(verdict_on(ca, ca.server(), "127.0.0.1"), X509_V_OK);
    EXPECT_EQ(verdict_on(ca, ca.server(), "::1"), X509_V_OK);
}

TEST(TestCa, EveryBadCertificateIsBadForItsOwnReason) {
    const test_ca ca, another;
    EXPECT_EQ(verdict_on(ca, ca.expired()), X509_V_ERR_CERT_HAS_EXPIRED);
    EXPECT_EQ(verdict_on(ca, ca.wrong_host()), X509_V_ERR_HOSTNAME_MISMATCH);
    EXPECT_EQ(verdict_on(ca, ca.self_signed()), X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
    EXPECT_NE(verdict_on(another, ca.server()), X509_V_OK);
}

} // namespace
} // namespace tokenward::support
