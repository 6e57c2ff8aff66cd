// See tls.hpp.
#include "daemon/iam/tls.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstdlib>

#include <arpa/inet.h>
#include <unistd.h>

namespace tokenward::iam {
namespace {

namespace ssl = boost::asio::ssl;

bool is_numeric(const std::string& host) {
    unsigned char bytes[16];
    return inet_pton(AF_INET, host.c_str(), bytes) == 1 || inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

// A folder of hashed names is read certificate by certificate as needed; the default bundle costs 50 ms and a
// megabyte.
void trust_the_system(ssl::context& context) {
    constexpr const char* folder = "/etc/ssl/certs";
    boost::system::error_code failed;
    bool told = std::getenv("SSL_CERT_FILE") != nullptr || std::getenv("SSL_CERT_DIR") != nullptr;
    if (!told && access(folder, R_OK | X_OK) == 0)
        context.add_verify_path(folder, failed);
    else
        context.set_default_verify_paths(failed);
}

} // namespace

result<std::shared_ptr<ssl::context>> make_tls_context(const std::string& cacert, bool verify) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    context->set_verify_mode(verify ? ssl::verify_peer : ssl::verify_none);
    if (!verify) return context;
    if (cacert.empty()) {
        trust_the_system(*context);
        return context;
    }
    boost::system::error_code failed;
    context->load_verify_file(cacert, failed);
    if (failed)
        return problem{errc::iam_unavailable,
                       "cacert " + cacert + " can't be read as PEM certificates: " + failed.message()};
    return context;
}

void expect_host(SSL* connection, const std::string& host, bool verify) {
    if (!is_numeric(host)) {
        // SSL_set_tlsext_host_name() is a macro with a C cast
        std::string name = host;
        SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
    }
    if (!verify) return;
    X509_VERIFY_PARAM* wanted = SSL_get0_param(connection);
    X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (is_numeric(host))
        X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str());
    else
        X509_VERIFY_PARAM_set1_host(wanted, host.c_str(), host.size());
}

std::string describe_handshake_failure(SSL* connection, const std::string& fallback) {
    long verdict = SSL_get_verify_result(connection);
    if (verdict == X509_V_OK) return "the TLS handshake failed: " + fallback;
    std::string text =
        std::string("its certificate is not accepted: ") + X509_verify_cert_error_string(verdict);
    bool unknown = verdict == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
                   verdict == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
                   verdict == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT ||
                   verdict == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE;
    return unknown ? text + "; if that CA is yours, name its file as cacert" : text;
}

} // namespace tokenward::iam
