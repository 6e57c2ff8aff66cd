// Makes TLS contexts, and puts OpenSSL's errors into words.
#include "daemon/iam/net/tls.hpp"

#include "common/posix.hpp"
#include "daemon/base/log.hpp"

#include <boost/asio/ssl/error.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <utility>

#include <arpa/inet.h>
#include <sys/stat.h>
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
boost::system::error_code trust_the_system(ssl::context& context) {
    constexpr const char* folder = "/etc/ssl/certs";
    boost::system::error_code failed;
    bool told = std::getenv("SSL_CERT_FILE") != nullptr || std::getenv("SSL_CERT_DIR") != nullptr;
    if (!told && access(folder, R_OK | X_OK) == 0)
        context.add_verify_path(folder, failed);
    else
        context.set_default_verify_paths(failed);
    return failed;
}

problem unusable(std::string detail) {
    return {errc::iam_unavailable, std::move(detail)};
}

/// Why a file must not be opened; empty if it may be. OpenSSL would wait for a pipe's writer, and block all
/// callers meanwhile.
std::string why_not_open(const std::string& path) {
    struct stat is {};
    if (access(path.c_str(), R_OK) != 0 || ::stat(path.c_str(), &is) != 0) return error_text(errno);
    return S_ISREG(is.st_mode) ? "" : "it is not a regular file";
}

// OpenSSL would ask at the terminal.
int refuse_passphrase(char*, int, int, void* was_asked) {
    *static_cast<bool*>(was_asked) = true;
    return 0;
}

/// Loads our certificate and its key into the context. Gives what is wrong with them; none: nothing is.
std::optional<problem> load_certificate(ssl::context& context, const tls_settings& settings) {
    SSL_CTX* const native = context.native_handle();
    const std::string& key = settings.key.empty() ? settings.cert : settings.key;
    for (const auto& [name, path] : {std::pair("cert ", settings.cert), std::pair("key ", key)})
        if (const std::string why = why_not_open(path); !why.empty())
            return unusable(name + path + " can't be read: " + why);
    bool was_asked = false;
    SSL_CTX_set_default_passwd_cb(native, refuse_passphrase);
    SSL_CTX_set_default_passwd_cb_userdata(native, &was_asked);
    ERR_clear_error();
    const bool has_certificate = SSL_CTX_use_certificate_chain_file(native, settings.cert.c_str()) == 1;
    const bool has_key =
        has_certificate && SSL_CTX_use_PrivateKey_file(native, key.c_str(), SSL_FILETYPE_PEM) == 1;
    const bool is_another = ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH;
    const bool fit = has_key && SSL_CTX_check_private_key(native) == 1;
    ERR_clear_error();
    SSL_CTX_set_default_passwd_cb_userdata(native, nullptr);
    SSL_CTX_set_default_passwd_cb(native, nullptr);
    if (fit) return std::nullopt;
    if (!has_certificate) return unusable("cert " + settings.cert + " holds no certificate in PEM");
    if (was_asked)
        return unusable("key " + key + " is encrypted with a passphrase, which nobody is there to give: " +
                        "store it decrypted (openssl pkey -in KEY -out NEW), readable for the daemon alone");
    if (has_key || is_another)
        return unusable("key " + key + " does not belong to the certificate in " + settings.cert);
    return unusable("key " + key + " holds no private key in PEM");
}

} // namespace

result<std::shared_ptr<ssl::context>> make_tls_context(const tls_settings& settings) {
    std::shared_ptr<ssl::context> context;
    try {
        context = std::make_shared<ssl::context>(ssl::context::tls_client);
    } catch (const boost::system::system_error& failed) {
        return unusable(std::string("OpenSSL can't make a TLS context: ") + failed.what());
    }
    boost::system::error_code failed;
    if (SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION) != 1)
        return unusable("OpenSSL can't be limited to TLS 1.2 and newer");
    context->set_verify_mode(settings.verify ? ssl::verify_peer : ssl::verify_none, failed);
    if (failed) return unusable("OpenSSL can't be made to verify certificates: " + failed.message());
    if (settings.verify && settings.cacert.empty()) {
        failed = trust_the_system(*context);
        if (failed) return unusable("the system's CA certificates can't be read: " + failed.message());
    }
    if (settings.verify && !settings.cacert.empty()) {
        if (const std::string why = why_not_open(settings.cacert); !why.empty())
            return unusable("cacert " + settings.cacert + " can't be read as PEM certificates: " + why);
        context->load_verify_file(settings.cacert, failed);
        if (failed)
            return unusable("cacert " + settings.cacert +
                            " can't be read as PEM certificates: " + failed.message());
        // What the operator names is trusted even if it is no root: an intermediate CA, or the server's own
        // certificate.
        if (X509_STORE_set_flags(SSL_CTX_get_cert_store(context->native_handle()),
                                 X509_V_FLAG_PARTIAL_CHAIN) != 1)
            return unusable("OpenSSL does not accept cacert " + settings.cacert + " as it is");
    }
    if (!settings.cert.empty())
        if (auto fault = load_certificate(*context, settings)) return *fault;
    return context;
}

result<std::shared_ptr<ssl::context>> tls_keeper::current() {
    // taken before the files are read: what changes meanwhile is noticed the next time
    const stamps now{stamp_of(x_settings.cacert), stamp_of(x_settings.cert), stamp_of(x_settings.key)};
    if (x_context && now == x_made_from) return x_context;
    auto made = make_tls_context(x_settings);
    if (!made && !x_context) return made.error();
    if (made) {
        x_context = *made;
        x_made_from = now;
    } else if (now != x_warned_of) {
        log::warning("tls_files", {}, "{}: the files as they were read before stay in use",
                     made.error().detail);
        x_warned_of = now;
    }
    return x_context;
}

result<void> expect_host(SSL* connection, const std::string& given, bool verify) {
    // A name with a dot at its end is that name (RFC 6066, section 3, leaves the dot out), as for curl.
    const std::string host = given.ends_with('.') ? given.substr(0, given.size() - 1) : given;
    const bool numeric = is_numeric(host);
    if (!numeric) {
        // SSL_set_tlsext_host_name() is a macro with a C cast
        std::string name = host;
        if (name.find('\0') != std::string::npos ||
            SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) != 1)
            return unusable("its name can't be told to the server in TLS (SNI)");
    }
    if (!verify) return {};
    X509_VERIFY_PARAM* wanted = SSL_get0_param(connection);
    X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    const bool expected = numeric ? X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) == 1
                                  : X509_VERIFY_PARAM_set1_host(wanted, host.c_str(), host.size()) == 1;
    if (expected) return {};
    return unusable("its certificate can't be checked for its name");
}

std::string describe_alert(const boost::system::error_code& failed, const tls_settings& settings) {
    if (failed.category() != boost::asio::error::get_ssl_category()) return {};
    switch (ERR_GET_REASON(static_cast<unsigned long>(failed.value()))) {
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED: break;
    case SSL_R_TLSV1_ALERT_DECRYPT_ERROR: // of our signature, if we gave one
        if (!settings.cert.empty()) break;
        return {};
    default: return {};
    }
    if (settings.cert.empty()) return "it wants a client certificate: name one as cert, and its key";
    return "it does not accept the client certificate " + settings.cert + ": " + failed.message();
}

std::string describe_handshake_failure(SSL* connection, const boost::system::error_code& failed,
                                       const tls_settings& settings) {
    long verdict = SSL_get_verify_result(connection);
    if (!settings.verify || verdict == X509_V_OK) {
        const std::string alert = describe_alert(failed, settings);
        return alert.empty() ? "the TLS handshake failed: " + failed.message() : alert;
    }
    std::string text =
        std::string("its certificate is not accepted: ") + X509_verify_cert_error_string(verdict);
    bool unknown = verdict == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
                   verdict == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
                   verdict == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT ||
                   verdict == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE;
    return unknown ? text + "; if that CA is yours, name its file as cacert" : text;
}

} // namespace tokenward::iam
