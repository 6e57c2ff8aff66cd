// TLS towards an IAM: whom we trust, which certificate we present, and how failures are described.
#pragma once

#include "common/error.hpp"
#include "daemon/base/file_stamp.hpp"

#include <boost/asio/ssl/context.hpp>

#include <array>
#include <memory>
#include <string>

namespace tokenward::iam {

struct tls_settings {
    std::string cacert{}; ///< PEM; empty = the system's
    std::string cert{};   ///< our own certificate and its chain, PEM; empty = none
    std::string key{};    ///< its key, PEM, without a passphrase; empty = in `cert`
    bool verify = true;
};

/// A client's context: TLS 1.2 at the least, the CAs of `cacert` or else the system's, read when first
/// needed, and our certificate. Errors: iam_unavailable: a file can't be read, is no PEM, has a passphrase,
/// or the key is another certificate's.
result<std::shared_ptr<boost::asio::ssl::context>> make_tls_context(const tls_settings& settings);

/// The context in force: made when first asked for, and anew when one of its files has changed. While the new
/// files can't be used (as in the middle of a rotation) the old context stays, and the log says so.
class tls_keeper {
  public:
    explicit tls_keeper(tls_settings settings) : x_settings(std::move(settings)) {}

    /// Three stat(2) at the most, when nothing has changed. Errors: as make_tls_context.
    result<std::shared_ptr<boost::asio::ssl::context>> current();

  private:
    using stamps = std::array<file_stamp, 3>;

    tls_settings x_settings;
    std::shared_ptr<boost::asio::ssl::context> x_context{};
    stamps x_made_from{};
    stamps x_warned_of{};
};

/// Sets SNI and the name that the certificate must bear; `host` is a name or a numeric address. Errors:
/// iam_unavailable, for a name that OpenSSL does not take: no handshake may follow, since any certificate
/// would do.
[[nodiscard]] result<void> expect_host(SSL* connection, const std::string& host, bool verify);

/// Why the handshake failed, in words, with what to do.
std::string describe_handshake_failure(SSL* connection, const boost::system::error_code& failed,
                                       const tls_settings& settings);

/// The other side's word about our certificate, with what to do; empty if `failed` is another thing. In TLS
/// 1.3 it comes after the handshake.
std::string describe_alert(const boost::system::error_code& failed, const tls_settings& settings);

} // namespace tokenward::iam
