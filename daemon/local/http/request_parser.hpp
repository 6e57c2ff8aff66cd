// Finds one request at the front of what a connection has received, however it came in pieces. Pure.
#pragma once

#include "daemon/local/http/chunk_decoder.hpp"
#include "daemon/local/http/request.hpp"

#include <span>
#include <utility>

namespace tokenward::local {

/// The state of one request's arrival: what was looked at once is not looked at again when more bytes come.
/// Allocates nothing.
class request_parser {
  public:
    enum class outcome { incomplete, complete, failed };

    /// `bytes` begins with the request and may hold more behind it. Between calls it grows and may move in
    /// memory, unchanged but by this (a chunked body is decoded in place). Fills `out` when complete.
    outcome parse(std::span<char> bytes, request& out);

    /// Bytes that the request took. REQUIRES: complete.
    std::size_t size() const noexcept { return x_size; }
    /// REQUIRES: failed.
    const parse_error& error() const noexcept { return x_error; }
    /// Whether the client waits for `100 Continue` before it sends the body; true once.
    bool take_continue() noexcept { return std::exchange(x_continue_due, false); }

  private:
    outcome fail(const parse_error& error) noexcept;
    outcome find_header(std::span<char> bytes);
    outcome take_header_line(std::span<char> bytes, std::size_t end) noexcept;
    outcome take_header(std::span<char> bytes, request& out);
    outcome take_body(std::span<char> bytes);

    std::size_t x_start = 0;      // of the request line: empty lines before it are skipped
    std::size_t x_line = 0;       // where the line begins that is looked at
    std::size_t x_scanned = 0;    // up to here there is no more line end to find
    std::size_t x_header_end = 0; // 0 = not found yet
    framing x_framing = framing::none;
    std::size_t x_content_length = 0;
    chunk_decoder x_chunks;
    bool x_continue_due = false;
    std::size_t x_body_size = 0; // decoded; it begins where the header ends
    std::size_t x_size = 0;
    parse_error x_error{};
};

} // namespace tokenward::local
