// Which connection a request goes over, and what its failure means.
#include "daemon/iam/net/https_client.hpp"

#include "daemon/iam/net/exchange.hpp"

namespace tokenward::iam {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using error_code = boost::system::error_code;

// How a connection fails that the other side has closed.
bool is_closed(const error_code& e) {
    return e == http::error::end_of_stream || e == asio::error::eof || e == asio::error::connection_reset ||
           e == asio::error::broken_pipe || e == asio::ssl::error::stream_truncated;
}

// What may be asked twice.
bool is_idempotent(const http_request& what) {
    return what.method == "GET" || what.method == "HEAD";
}

// Whether a request that failed on a kept connection may be sent again on a new one: if nobody can have acted
// on it, or if acting on it twice does no harm. A login whose answer is lost may have been counted, and its
// passcode used up.
bool may_go_again(const exchanged& end, const http_request& what) {
    if (!end.sent) return end.failed != asio::error::operation_aborted;
    return is_closed(end.failed) && !end.began && is_idempotent(what);
}

} // namespace

struct https_client::impl {
    impl(asio::any_io_executor executor, const origin& where, const https_options& how)
        : to(where), options(how), way(std::move(executor), to, options) {}

    const origin to;
    const https_options options;
    connector way;
    std::unique_ptr<connection> kept{};

    request_message compose(const http_request& what) const;
    asio::awaitable<exchanged> send(std::unique_ptr<connection> over, request_message& message,
                                    bool& written);
    problem describe(const error_code& failed, bool began) const;
    http_failure failure(const exchanged& end, const http_request& what) const;
};

request_message https_client::impl::compose(const http_request& what) const {
    request_message message(http::string_to_verb(what.method), what.target, 11);
    message.set(http::field::host, to.authority());
    message.set(http::field::user_agent, "tokenward/" TOKENWARD_VERSION);
    message.set(http::field::accept, "application/json");
    message.set(http::field::accept_encoding, "identity"); // without it a server may compress
    message.set(http::field::cache_control, "no-cache");
    for (const auto& [name, value] : what.headers)
        message.set(name, beast::string_view(value.data(), value.size()));
    message.body() = what.body;
    if (what.method == "POST") message.set(http::field::content_type, "application/json;charset=utf8");
    message.prepare_payload();
    return message;
}

asio::awaitable<exchanged> https_client::impl::send(std::unique_ptr<connection> over,
                                                    request_message& message, bool& written) {
    written = true; // until it is known: the call may be cancelled at any await
    const answer_limits limits{options.answer_timeout, options.header_limit, options.body_limit};
    exchanged end = co_await exchange(*over, message, limits);
    written = end.sent;
    if (end.reusable) kept = std::move(over);
    co_return end;
}

problem https_client::impl::describe(const error_code& failed, bool began) const {
    if (failed == beast::error::timeout)
        return unreachable(to, "no whole answer within " +
                                   std::to_string(options.answer_timeout.count() / 1000) + " s");
    if (failed == http::error::header_limit || failed == http::error::body_limit)
        return {errc::iam_protocol, to.authority() + " sends more than the limit: " + failed.message()};
    if (failed == http::error::partial_message || is_closed(failed))
        return unreachable(to, began ? "it closed the connection before its answer was complete"
                                     : "it closed the connection without an answer");
    if (failed == unasked_bytes)
        return {errc::iam_protocol, to.authority() + " sent data before any request: is it an IAM?"};
    if (failed.category() == make_error_code(http::error::bad_version).category())
        return {errc::iam_protocol, to.authority() + " did not answer in HTTP: " + failed.message()};
    const std::string alert = describe_alert(failed, options.tls);
    return unreachable(to, alert.empty() ? failed.message() : alert);
}

http_failure https_client::impl::failure(const exchanged& end, const http_request& what) const {
    http_failure told{describe(end.failed, end.began), end.sent};
    if (end.sent && !is_idempotent(what))
        told.error.detail += "; the answer was lost: whether the request took effect is not known";
    return told;
}

void throw_exception_from_error(const http_failure& error, const boost::source_location& where) {
    tokenward::throw_exception_from_error(error.error, where);
}

https_client::https_client(asio::any_io_executor executor, const origin& to, const https_options& options)
    : x_impl(std::make_shared<impl>(std::move(executor), to, options)) {}

https_client::~https_client() = default;

asio::awaitable<http_result> https_client::request(http_request what) {
    auto self = x_impl;
    request_message message = self->compose(what);
    bool unwatched = false;
    bool& written = what.written != nullptr ? *what.written : unwatched;
    if (self->kept) {
        std::unique_ptr<connection> before = std::move(self->kept);
        exchanged end = co_await self->send(std::move(before), message, written);
        if (!end.failed) co_return std::move(end.answer);
        if (!may_go_again(end, what)) co_return self->failure(end, what);
    }
    written = false;
    auto made = co_await self->way.connect();
    if (!made) co_return http_failure{made.error(), false};
    exchanged end = co_await self->send(std::move(*made), message, written);
    if (!end.failed) co_return std::move(end.answer);
    co_return self->failure(end, what);
}

void https_client::close_kept() noexcept {
    x_impl->kept.reset();
}

} // namespace tokenward::iam
