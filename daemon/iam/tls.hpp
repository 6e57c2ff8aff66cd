// TLS towards an IAM: what is trusted, and what to say when it is not.
#pragma once

#include "common/error.hpp"

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <string>

namespace tokenward::iam {

/// A client's context: TLS 1.2 at the least, the CAs of `cacert` (PEM) or else the system's, read when first
/// needed. Errors: iam_unavailable, when `cacert` can't be read.
result<std::shared_ptr<boost::asio::ssl::context>> make_tls_context(const std::string& cacert, bool verify);

/// Sets SNI and the name that the certificate must bear; `host` is a name or a numeric address.
void expect_host(SSL* connection, const std::string& host, bool verify);

/// Why the handshake failed, in words, with what to do; `fallback` if it was not the certificate.
std::string describe_handshake_failure(SSL* connection, const std::string& fallback);

} // namespace tokenward::iam
