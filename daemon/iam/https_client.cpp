// See https_client.hpp.
#include "daemon/iam/https_client.hpp"

#include "daemon/iam/connection.hpp"
#include "daemon/iam/connector.hpp"

#include <variant>

namespace tokenward::iam {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using error_code = boost::system::error_code;

using wiped_body = http::basic_string_body<char, std::char_traits<char>, wiping_allocator<char>>;
using request_message = http::request<wiped_body, wiped_fields>;

/// Beast 1.81 throws at a field that is longer than it can hold, from where nobody catches it.
class answer_parser : public http::response_parser<wiped_body, wiping_allocator<char>> {
    void on_field_impl(http::field name, beast::string_view text, beast::string_view value,
                       error_code& failed) override {
        constexpr std::size_t longest = 65533;
        if (text.size() > longest || value.size() > longest)
            failed = http::error::header_limit;
        else
            get().insert(name, text, value);
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
    impl(asio::any_io_executor executor, const origin& where, const https_options& how)
        : to(where), options(how), way(std::move(executor), to, options) {}

    const origin to;
    const https_options options;
    connector way;
    std::unique_ptr<connection> kept{};

    asio::awaitable<error_code> exchange(connection& c, request_message& message, answer_parser& parser,
                                         bool& sent);
    request_message compose(const http_request& what) const;
    problem describe(const error_code& failed, bool began) const;
};

asio::awaitable<error_code> https_client::impl::exchange(connection& c, request_message& message,
                                                         answer_parser& parser, bool& sent) {
    c.socket().expires_after(options.answer_timeout);
    error_code failed;
    std::size_t ignored = 0;
    if (auto* tls = std::get_if<tls_stream>(&c.stream)) {
        std::tie(failed, ignored) = co_await http::async_write(*tls, message, awaiting);
        sent = !failed || failed == beast::error::timeout;
        if (!failed) std::tie(failed, ignored) = co_await http::async_read(*tls, c.buffer, parser, awaiting);
    } else {
        auto& plain = std::get<plain_stream>(c.stream);
        std::tie(failed, ignored) = co_await http::async_write(plain, message, awaiting);
        sent = !failed || failed == beast::error::timeout;
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
        return unreachable(to, "no whole answer within " +
                                   std::to_string(options.answer_timeout.count() / 1000) + " s");
    if (failed == http::error::header_limit || failed == http::error::body_limit)
        return {errc::iam_protocol, to.authority() + " sends more than the limit: " + failed.message()};
    if (failed == http::error::partial_message || is_closed(failed))
        return unreachable(to, began ? "it closed the connection in the midst of its answer"
                                     : "it closed the connection without an answer");
    if (failed.category() == make_error_code(http::error::bad_version).category())
        return {errc::iam_protocol, to.authority() + " does not answer as HTTP asks: " + failed.message()};
    const std::string alert = describe_alert(failed, options.tls);
    return unreachable(to, alert.empty() ? failed.message() : alert);
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
    for (bool again = true;;) {
        std::unique_ptr<connection> c = std::move(self->kept);
        bool reused = c != nullptr && c->is_quiet(); // a login is not sent twice if that can be helped
        if (!reused) {
            auto made = co_await self->way.connect();
            if (!made) co_return http_failure{made.error(), false};
            c = std::move(*made);
        }
        answer_parser parser;
        parser.header_limit(static_cast<std::uint32_t>(self->options.header_limit));
        parser.body_limit(self->options.body_limit);
        if (what.method == "HEAD") parser.skip(true);
        bool sent = false;
        error_code failed = co_await self->exchange(*c, message, parser, sent);
        if (failed && reused && again && is_closed(failed) && !parser.got_some()) {
            again = false; // it had been closed before we wrote: nobody has seen the request
            continue;
        }
        if (failed) co_return http_failure{self->describe(failed, parser.got_some()), sent};
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
