// A connection to an IAM that is open, by whatever way.
#pragma once

#include "common/secret.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include <memory>
#include <utility>
#include <variant>

namespace tokenward::iam {

/// Awaits errors as values.
inline constexpr auto awaiting = boost::asio::as_tuple(boost::asio::use_awaitable);

using plain_stream = boost::beast::tcp_stream;

/// The stream beneath TLS. Its non-blocking read (read_some) reads once, at most 17 KiB, after each
/// allow_one_read(): a peer that never stops sending can't keep a caller reading.
class metered_stream : public plain_stream {
  public:
    explicit metered_stream(plain_stream&& open) : plain_stream(std::move(open)) {}

    void allow_one_read() noexcept { x_allowed = true; }

    template <class Buffers>
    std::size_t read_some(const Buffers& into, boost::system::error_code& failed) {
        if (std::exchange(x_allowed, false)) return plain_stream::read_some(into, failed);
        failed = boost::asio::error::would_block;
        return 0;
    }

  private:
    bool x_allowed = false;
};

using tls_stream = boost::beast::ssl_stream<metered_stream>;
using wiped_fields = boost::beast::http::basic_fields<wiping_allocator<char>>;
using wiped_body =
    boost::beast::http::basic_string_body<char, std::char_traits<char>, wiping_allocator<char>>;

/// check_quiet()'s error for bytes that came without a request.
inline const boost::system::error_code unasked_bytes =
    boost::beast::http::make_error_code(boost::beast::http::error::unexpected_body);

/// Its error when it can't tell: part of a TLS record has come, or more than it reads. Right after a
/// handshake that is usually a session ticket.
inline const boost::system::error_code undecided_bytes =
    boost::beast::http::make_error_code(boost::beast::http::error::need_more);

struct connection {
    std::shared_ptr<boost::asio::ssl::context> context; ///< must outlive the stream; null without TLS
    std::variant<plain_stream, tls_stream> stream;
    boost::beast::basic_flat_buffer<wiping_allocator<char>> buffer{};
    bool used = false; ///< a request has been written to it

    boost::beast::tcp_stream& socket() {
        if (auto* tls = std::get_if<tls_stream>(&stream)) return boost::beast::get_lowest_layer(*tls);
        return std::get<plain_stream>(stream);
    }

    /// No error if no unexpected bytes have come and the other side has not closed: then the next byte
    /// belongs to the answer to the next request. Session tickets of TLS are read and don't count. Does not
    /// wait: a few system calls. Errors: unasked_bytes, undecided_bytes; else why it can't be used, such as
    /// eof, a reset or an alert. REQUIRES: nothing is being read or written.
    boost::system::error_code check_quiet();
};

} // namespace tokenward::iam
