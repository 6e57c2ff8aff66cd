// Writes the request and reads the answer, in one piece or in chunks.
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

/// Beast's parser, which keeps X-Subject-Token out of the message's fields: a field of Beast's holds 65,533
/// bytes at the most, and a token may have 65,536. At a longer field Beast 1.81 throws where nobody can catch
/// it; here all other fields of that length are header_limit.
class answer_parser : public http::response_parser<wiped_body, wiping_allocator<char>> {
  public:
    /// The first if there are several; empty = absent.
    secret take_subject_token() noexcept { return std::move(x_subject_token); }

  private:
    void on_field_impl(http::field name, beast::string_view text, beast::string_view value,
                       error_code& failed) override {
        constexpr std::size_t longest = 65533;
        if (beast::iequals(text, "X-Subject-Token"))
            keep_subject_token(value);
        else if (text.size() > longest || value.size() > longest)
            failed = http::error::header_limit;
        else
            get().insert(name, text, value);
    }

    void keep_subject_token(beast::string_view value) {
        if (std::exchange(x_has_subject_token, true)) return;
        x_subject_token = secret({value.data(), value.size()});
    }

    secret x_subject_token;
    bool x_has_subject_token = false;
};

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
    chunk_decoder chunks(limit);
    for (;;) {
        buffer.consume(chunks.take(text_in(buffer), body));
        if (chunks.failed() || chunks.is_done()) co_return chunks.failed();
        if (const error_code failed = co_await read_more(from, buffer); failed) co_return failed;
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
