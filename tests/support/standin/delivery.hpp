// How an answer goes over the wire: its framing, its pace and its end.
#pragma once

#include "tests/support/standin/http.hpp"

#include <chrono>
#include <cstddef>
#include <optional>

namespace tokenward::standin {

enum class framing {
    length,      ///< Content-Length
    chunked,     ///< Transfer-Encoding: chunked, in pieces of 1,000 bytes
    until_close, ///< HTTP/1.0: the end of the connection is the end of the body
    endless      ///< chunked, and the last chunk never comes
};

enum class ending { whole, reset, hang, cut };

struct delivery {
    framing frame = framing::length;
    ending end = ending::whole;
    std::optional<std::size_t> after_bytes{}; ///< where `end` strikes; none = a cut in mid-body, else at once
    std::chrono::milliseconds between_bytes{0}; ///< more than 0: byte by byte
    std::size_t interim = 0;                    ///< so many interim answers come first
    int interim_status = 103;
    bool second_answer = false; ///< one more than was asked for, in the same write unless there is a pause
    std::chrono::milliseconds pause{0}; ///< after the interim answers, or before the second answer
    bool late_ticket = false;           ///< a TLS session ticket after the answer
    bool lower_case = false;            ///< header names
    bool close = false;                 ///< after the answer, without a word
    bool head_only = false;             ///< the answer to a HEAD
    bool says_close = false;            ///< Connection: close, as the client asked
};

/// Sends it. Whether the connection may be used again.
bool deliver(stream& to, const response& answer, const delivery& how);

} // namespace tokenward::standin
