// One request on one connection, and the one answer that belongs to it.
#pragma once

#include "daemon/iam/net/connection.hpp"
#include "daemon/iam/net/http_messages.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>

namespace tokenward::iam {

using request_message = boost::beast::http::request<wiped_body, wiped_fields>;

struct answer_limits {
    std::chrono::milliseconds time{30'000}; ///< from the first byte sent to the last received
    std::size_t head = std::size_t{160} * 1024;
    std::size_t body = std::size_t{8} * 1024 * 1024;
};

/// The outcome of an exchange.
struct exchanged {
    boost::system::error_code failed{}; ///< none: the answer is there
    bool sent = false;     ///< the whole request was handed to the connection, or that can't be ruled out
    bool began = false;    ///< something of an answer has come
    bool reusable = false; ///< the connection may take another request, and is quiet so far
    http_answer answer{};
};

/// Sends a request and reads its answer; interim answers are skipped. Sends nothing unless the connection is
/// quiet, so that no byte that came before the request is taken for its answer: check_quiet()'s errors, with
/// `sent` false. On a new connection undecided_bytes are taken for a session ticket. Cancellation:
/// terminal. `message` and `c` must outlive the call, and `c` is used for nothing else meanwhile; unless it
/// is reusable, it is to be closed after that.
boost::asio::awaitable<exchanged> exchange(connection& c, request_message& message, answer_limits limits);

} // namespace tokenward::iam
