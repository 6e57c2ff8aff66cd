// The head of an HTTP/1 answer: status line and fields, interim answers passed over.
#pragma once

#include "daemon/iam/net/connection.hpp"

#include <boost/asio/awaitable.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tokenward::iam {

/// How many interim answers (RFC 9110, 15.2) are passed over before the final one.
inline constexpr unsigned most_interim_answers = 100;

/// The size of the head that `bytes` begin with, its empty line included; 0: its end is not there. Nothing
/// ends before `scanned`, which is how much has been looked at before.
std::size_t head_size(std::string_view bytes, std::size_t scanned) noexcept;

/// Whether `bytes`, which may be but the first few, can begin an answer of HTTP/1.
bool may_begin_answer(std::string_view bytes) noexcept;

/// What curl and others accept and Beast does not: space before a field's colon goes behind it, in place.
void move_colons(char* head, std::size_t size) noexcept;

/// Whether the status line lacks the space that ends the status, as it may where there is no reason: the
/// place where it belongs; 0: nothing is missing.
std::size_t missing_space(std::string_view head) noexcept;

/// Makes a head that begins `buffer` acceptable to Beast; returns its size after that.
template <class Buffer>
std::size_t mend_head(Buffer& buffer, std::size_t size) {
    const auto begin = [&] { return static_cast<char*>(buffer.data().data()); };
    if (const std::size_t at = missing_space({begin(), size})) {
        buffer.prepare(1);
        buffer.commit(1);
        std::copy_backward(begin() + at, begin() + buffer.size() - 1, begin() + buffer.size());
        begin()[at] = ' ';
        ++size;
    }
    move_colons(begin(), size);
    return size;
}

template <class Buffer>
std::string_view text_in(const Buffer& buffer) {
    return {static_cast<const char*>(buffer.data().data()), buffer.size()};
}

/// What has come, up to 16 KiB, into the buffer; waits until something has. Errors: Beast's, partial_message
/// if the other side has closed.
template <class Stream, class Buffer>
boost::asio::awaitable<boost::system::error_code> read_more(Stream& from, Buffer& buffer) {
    constexpr std::size_t piece = std::size_t{16} * 1024;
    auto space = buffer.prepare(piece);
    auto [failed, got] = co_await from.async_read_some(space, awaiting);
    buffer.commit(got);
    if (failed == boost::asio::error::eof) co_return boost::beast::http::error::partial_message;
    co_return failed;
}

/// One head of at most `limit` bytes into the parser; `size` becomes its size. What follows it stays in the
/// buffer. All arguments must outlive the call.
template <class Stream, class Buffer, class Parser>
boost::asio::awaitable<boost::system::error_code> read_head(Stream& from, Buffer& buffer, Parser& into,
                                                            std::size_t limit, std::size_t& size) {
    namespace http = boost::beast::http;
    std::size_t scanned = 0;
    for (;;) {
        size = head_size(text_in(buffer), scanned);
        if (size > limit) co_return http::error::header_limit;
        if (size != 0) break;
        if (!may_begin_answer(text_in(buffer))) co_return http::error::bad_version;
        scanned = buffer.size();
        if (scanned >= limit) co_return http::error::header_limit;
        const boost::system::error_code failed = co_await read_more(from, buffer);
        if (failed == http::error::partial_message && scanned == 0) co_return http::error::end_of_stream;
        if (failed) co_return failed;
    }
    size = mend_head(buffer, size);
    into.header_limit(static_cast<std::uint32_t>(size + 1));
    boost::system::error_code failed;
    buffer.consume(into.put(boost::asio::const_buffer(buffer.data().data(), size), failed));
    co_return failed;
}

/// The head of the final answer, into a parser that `prepare` (called with each new one) makes ready; heads
/// of interim answers are passed over, up to most_interim_answers of them and `limit` bytes in all. `began`
/// tells whether anything has come. Errors: Beast's, and bad_status for 101, since we ask for no other
/// protocol.
template <class Stream, class Buffer, class Parser, class Prepare>
boost::asio::awaitable<boost::system::error_code>
read_final_head(Stream& from, Buffer& buffer, std::optional<Parser>& into, Prepare prepare, std::size_t limit,
                bool& began) {
    namespace http = boost::beast::http;
    std::size_t size = 0;
    for (unsigned interim = 0;; ++interim) {
        into.emplace();
        prepare(*into);
        const auto failed = co_await read_head(from, buffer, *into, limit, size);
        began = began || into->got_some() || buffer.size() != 0;
        if (failed) co_return failed;
        const unsigned status = into->get().result_int();
        if (status / 100 != 1) co_return boost::system::error_code();
        if (status == 101) co_return http::error::bad_status;
        if (interim == most_interim_answers) co_return http::error::header_limit;
        limit -= std::min(limit, size);
    }
}

} // namespace tokenward::iam
