// A connection to an IAM that is open, by whatever way.
#pragma once

#include "common/secret.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <variant>

namespace tokenward::iam {

using plain_stream = boost::beast::tcp_stream;
using tls_stream = boost::beast::ssl_stream<boost::beast::tcp_stream>;
using wiped_fields = boost::beast::http::basic_fields<wiping_allocator<char>>;

/// Awaits errors as values.
inline constexpr auto awaiting = boost::asio::as_tuple(boost::asio::use_awaitable);

struct connection {
    std::shared_ptr<boost::asio::ssl::context> context; ///< must outlive the stream
    std::variant<plain_stream, tls_stream> stream;
    boost::beast::basic_flat_buffer<wiping_allocator<char>> buffer{};

    boost::beast::tcp_stream& socket() {
        if (auto* tls = std::get_if<tls_stream>(&stream)) return boost::beast::get_lowest_layer(*tls);
        return std::get<plain_stream>(stream);
    }

    /// Whether nothing has come unasked: an end of the stream, above all. One recv(2).
    bool is_quiet() {
        char byte = 0;
        const int fd = socket().socket().native_handle();
        return ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EINTR);
    }
};

} // namespace tokenward::iam
