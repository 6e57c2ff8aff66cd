// See exchange.hpp.
#include "daemon/iam/net/exchange.hpp"

#include "daemon/iam/net/chunked_body.hpp"
#include "daemon/iam/net/http_head.hpp"

#include <optional>
#include <string>
#include <tuple>
#include <utility>

namespace tokenward::iam {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using error_code = boost::system::error_code;

using answer_message = http::response<wiped_body, wiped_fields>;

std::string text_of(const wiped_fields& fields, beast::string_view name) {
    auto value = fields[name];
    return {value.data(), value.size()};
}

secret secret_of(const wiped_fields& fields, beast::string_view name) {
    auto value = fields[name];
    return secret({value.data(), value.size()});
}

/// Whether an answer that can't have a body names one all the same: some servers send it then.
bool may_be_followed(const answer_message& answer, bool to_head) {
    const unsigned status = answer.result_int();
    if (!to_head && status != 204 && status != 304) return false;
    const auto length = answer[http::field::content_length];
    return answer.count(http::field::transfer_encoding) != 0 || !(length.empty() || length == "0");
}

template <class Stream, class Buffer>
asio::awaitable<error_code> read_chunks(Stream& from, Buffer& buffer, wiped_string& body, std::size_t limit) {
    constexpr std::size_t piece = std::size_t{16} * 1024;
    chunk_decoder chunks(limit);
    for (;;) {
        buffer.consume(chunks.take(text_in(buffer), body));
        if (chunks.failed() || chunks.is_done()) co_return chunks.failed();
        auto space = buffer.prepare(piece);
        auto [failed, got] = co_await from.async_read_some(space, awaiting);
        buffer.commit(got);
        if (failed == asio::error::eof) co_return http::error::partial_message;
        if (failed) co_return failed;
    }
}

template <class Stream>
asio::awaitable<void> exchange_over(Stream& stream, connection& c, request_message& message,
                                    answer_limits limits, exchanged& end) {
    std::size_t ignored = 0;
    std::tie(end.failed, ignored) = co_await http::async_write(stream, message, awaiting);
    // A deadline, or a cancellation, may strike when the last byte is out.
    end.sent =
        !end.failed || end.failed == beast::error::timeout || end.failed == asio::error::operation_aborted;
    if (end.failed) co_return;
    const bool to_head = message.method() == http::verb::head;
    std::optional<answer_parser> parser;
    auto prepare = [&](answer_parser& fresh) {
        fresh.body_limit(limits.body);
        fresh.skip(to_head);
    };
    end.failed = co_await read_final_head(stream, c.buffer, parser, prepare, limits.head, end.began);
    if (end.failed) co_return;
    if (parser->chunked() && !parser->is_done())
        end.failed = co_await read_chunks(stream, c.buffer, parser->get().body(), limits.body);
    else if (!parser->is_done())
        std::tie(end.failed, ignored) = co_await http::async_read(stream, c.buffer, *parser, awaiting);
    if (end.failed) co_return;
    const bool keep = parser->keep_alive();
    answer_message answer = parser->release();
    end.reusable = keep && !may_be_followed(answer, to_head) && !c.check_quiet();
    end.answer = {.status = answer.result_int(),
                  .subject_token = parser->take_subject_token(),
                  .date = text_of(answer, "Date"),
                  .retry_after = text_of(answer, "Retry-After"),
                  .auth_receipt = secret_of(answer, "Openstack-Auth-Receipt"),
                  .content_encoding = text_of(answer, "Content-Encoding"),
                  .body = std::move(answer.body())};
}

} // namespace

asio::awaitable<exchanged> exchange(connection& c, request_message& message, answer_limits limits) {
    exchanged end;
    end.failed = c.check_quiet();
    if (end.failed == undecided_bytes && !c.used) end.failed = {};
    if (end.failed) co_return end;
    c.used = true;
    c.socket().expires_after(limits.time);
    if (auto* tls = std::get_if<tls_stream>(&c.stream))
        co_await exchange_over(*tls, c, message, limits, end);
    else
        co_await exchange_over(std::get<plain_stream>(c.stream), c, message, limits, end);
    c.socket().expires_never();
    co_return end;
}

} // namespace tokenward::iam
