// Looks at what waits in the kernel and in TLS.
#include "daemon/iam/net/connection.hpp"

#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cerrno>
#include <string_view>

namespace tokenward::iam {
namespace {

namespace asio = boost::asio;
using error_code = boost::system::error_code;

/// What waits in the kernel: `bytes` if there are any.
error_code check_socket(int fd, const error_code& bytes) {
    char byte = 0;
    const ssize_t got = ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got > 0) return bytes;
    if (got == 0) return asio::error::eof;
    if (errno == EAGAIN) return {};
    return {errno, boost::system::system_category()};
}

/// What waits in TLS: a read that must find nothing. It goes through all that Asio and OpenSSL hold back, and
/// takes in at most one read's worth of what is no application data.
error_code check_tls(tls_stream& tls) {
    error_code failed;
    auto& below = boost::beast::get_lowest_layer(tls);
    below.socket().non_blocking(true, failed);
    if (failed) return failed;
    below.allow_one_read();
    char byte = 0;
    if (tls.read_some(asio::buffer(&byte, 1), failed) != 0) return unasked_bytes;
    if (failed && failed != asio::error::would_block) return failed;
    const bool in_a_record = std::string_view(SSL_rstate_string(tls.native_handle())) != "RH";
    if (in_a_record || SSL_has_pending(tls.native_handle()) != 0) return undecided_bytes;
    return check_socket(below.socket().native_handle(), undecided_bytes);
}

} // namespace

error_code connection::check_quiet() {
    if (buffer.size() != 0) return unasked_bytes;
    if (auto* tls = std::get_if<tls_stream>(&stream)) return check_tls(*tls);
    return check_socket(socket().socket().native_handle(), unasked_bytes);
}

} // namespace tokenward::iam
