// See https_client.hpp.
#include "daemon/iam/https_client.hpp"

#include "daemon/iam/tls.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include <optional>
#include <variant>

namespace tokenward::iam {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using error_code = boost::system::error_code;
constexpr auto awaiting = asio::as_tuple(asio::use_awaitable);

using wiped_fields = http::basic_fields<wiping_allocator<char>>;
using wiped_body = http::basic_string_body<char, std::char_traits<char>, wiping_allocator<char>>;
using request_message = http::request<wiped_body, wiped_fields>;
using answer_parser = http::response_parser<wiped_body, wiping_allocator<char>>;
using plain_stream = beast::tcp_stream;
using tls_stream = beast::ssl_stream<beast::tcp_stream>;

/// A connection that is open, and the TLS context that must outlive it.
struct connection {
    std::shared_ptr<asio::ssl::context> context;
    std::variant<plain_stream, tls_stream> stream;
    beast::basic_flat_buffer<wiping_allocator<char>> buffer;
    beast::tcp_stream& socket() {
        if (auto* tls = std::get_if<tls_stream>(&stream)) return beast::get_lowest_layer(*tls);
        return std::get<plain_stream>(stream);
    }
};

std::string text_of(const wiped_fields& fields, beast::string_view name) {
    auto value = fields[name];
    return {value.data(), value.size()};
}

// The way in which a kept connection that the other side has closed shows itself.
bool is_closed(const error_code& e) {
    return e == http::error::end_of_stream || e == asio::error::eof || e == asio::error::connection_reset ||
           e == asio::error::broken_pipe || e == asio::ssl::error::stream_truncated;
}

} // namespace

struct https_client::impl {
    asio::any_io_executor executor;
    origin to;
    https_options options;
    std::shared_ptr<asio::ssl::context> context;
    std::unique_ptr<connection> kept;

    asio::awaitable<result<std::unique_ptr<connection>>> connect();
    asio::awaitable<error_code> exchange(connection& c, request_message& message, answer_parser& parser);
    request_message compose(const http_request& what) const;
    problem unreachable(const std::string& why) const {
        return {errc::iam_unavailable, to.authority() + " can't be reached: " + why};
    }
    problem describe(const error_code& failed, bool began) const;
};

// Each address of the name is tried in turn.
asio::awaitable<result<std::unique_ptr<connection>>> https_client::impl::connect() {
    if (to.tls && !context) {
        auto made = make_tls_context(options.cacert, options.verify);
        if (!made) co_return made.error();
        context = *made;
    }
    asio::ip::tcp::resolver resolver(executor);
    auto [unknown, addresses] = co_await resolver.async_resolve(to.host, to.port, awaiting);
    if (unknown) co_return unreachable("its name is not found: " + unknown.message());
    plain_stream plain(executor);
    plain.expires_after(options.connect_timeout);
    auto [refused, peer] = co_await plain.async_connect(addresses, awaiting);
    if (refused) co_return unreachable(refused.message());
    plain.socket().set_option(asio::ip::tcp::no_delay(true));
    if (!to.tls) co_return std::make_unique<connection>(connection{nullptr, std::move(plain), {}});
    tls_stream tls(std::move(plain), *context);
    expect_host(tls.native_handle(), to.host, options.verify);
    auto [failed] = co_await tls.async_handshake(asio::ssl::stream_base::client, awaiting);
    if (failed) co_return unreachable(describe_handshake_failure(tls.native_handle(), failed.message()));
    co_return std::make_unique<connection>(connection{context, std::move(tls), {}});
}

asio::awaitable<error_code> https_client::impl::exchange(connection& c, request_message& message,
                                                         answer_parser& parser) {
    c.socket().expires_after(options.answer_timeout);
    error_code failed;
    std::size_t ignored = 0;
    if (auto* tls = std::get_if<tls_stream>(&c.stream)) {
        std::tie(failed, ignored) = co_await http::async_write(*tls, message, awaiting);
        if (!failed) std::tie(failed, ignored) = co_await http::async_read(*tls, c.buffer, parser, awaiting);
    } else {
        auto& plain = std::get<plain_stream>(c.stream);
        std::tie(failed, ignored) = co_await http::async_write(plain, message, awaiting);
        if (!failed) std::tie(failed, ignored) = co_await http::async_read(plain, c.buffer, parser, awaiting);
    }
    c.socket().expires_never();
    co_return failed;
}

request_message https_client::impl::compose(const http_request& what) const {
    request_message message(http::string_to_verb(what.method), what.target, 11);
    message.set(http::field::host, to.authority());
    message.set(http::field::user_agent, "tokenward/" TOKENWARD_VERSION);
    message.set(http::field::accept, "application/json");
    message.set(http::field::cache_control, "no-cache");
    for (const auto& [name, value] : what.headers)
        message.set(name, beast::string_view(value.data(), value.size()));
    message.body() = what.body;
    if (what.method == "POST") message.set(http::field::content_type, "application/json;charset=utf8");
    message.prepare_payload();
    return message;
}

problem https_client::impl::describe(const error_code& failed, bool began) const {
    if (failed == beast::error::timeout)
        return unreachable("no whole answer within " + std::to_string(options.answer_timeout.count() / 1000) +
                           " s");
    if (failed == http::error::header_limit || failed == http::error::body_limit)
        return {errc::iam_protocol, to.authority() + " sends more than the limit: " + failed.message()};
    if (failed == http::error::partial_message || is_closed(failed))
        return unreachable(began ? "it closed the connection in the midst of its answer"
                                 : "it closed the connection without an answer");
    if (failed.category() == make_error_code(http::error::bad_version).category())
        return {errc::iam_protocol, to.authority() + " does not answer as HTTP asks: " + failed.message()};
    return unreachable(failed.message());
}

https_client::https_client(asio::any_io_executor executor, const origin& to, const https_options& options)
    : x_impl(std::make_shared<impl>(impl{std::move(executor), to, options, nullptr, nullptr})) {}

https_client::~https_client() = default;

asio::awaitable<result<http_answer>> https_client::request(http_request what) {
    auto self = x_impl;
    request_message message = self->compose(what);
    for (bool again = true;;) {
        std::unique_ptr<connection> c = std::move(self->kept);
        bool reused = c != nullptr;
        if (!reused) {
            auto made = co_await self->connect();
            if (!made) co_return made.error();
            c = std::move(*made);
        }
        answer_parser parser;
        parser.header_limit(static_cast<std::uint32_t>(self->options.header_limit));
        parser.body_limit(self->options.body_limit);
        if (what.method == "HEAD") parser.skip(true);
        error_code failed = co_await self->exchange(*c, message, parser);
        if (failed && reused && again && is_closed(failed) && !parser.got_some()) {
            again = false; // it had been closed before we wrote: nobody has seen the request
            continue;
        }
        if (failed) co_return self->describe(failed, parser.got_some());
        bool keep = parser.keep_alive();
        auto answer = parser.release();
        auto token = answer["X-Subject-Token"];
        auto receipt = answer["Openstack-Auth-Receipt"];
        http_answer out{.status = answer.result_int(),
                        .subject_token = secret({token.data(), token.size()}),
                        .date = text_of(answer, "Date"),
                        .retry_after = text_of(answer, "Retry-After"),
                        .auth_receipt = secret({receipt.data(), receipt.size()}),
                        .body = std::move(answer.body())};
        if (keep) self->kept = std::move(c);
        co_return out;
    }
}

} // namespace tokenward::iam
