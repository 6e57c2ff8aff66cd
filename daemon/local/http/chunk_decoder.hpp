// The chunked transfer coding (RFC 9112, section 7.1), undone in place as the bytes come. Pure.
#pragma once

#include "daemon/local/http/request.hpp"

#include <optional>
#include <span>

namespace tokenward::local {

/// Decodes one body. Strict: no bare LF, no space around a size but before an extension, trailers well-formed
/// (and dropped).
class chunk_decoder {
  public:
    enum class outcome { incomplete, complete, failed };

    /// `bytes` is all that has come of the body so far. Between calls it grows and may move in memory, its
    /// front as this left it: there the decoded data gathers.
    outcome decode(std::span<char> bytes);

    std::size_t decoded() const noexcept { return x_decoded; }   ///< bytes of data at the front
    std::size_t consumed() const noexcept { return x_consumed; } ///< bytes of the coding so far
    const parse_error& error() const noexcept { return x_error; }

  private:
    enum class state { size, data, data_end, trailer, end };

    outcome fail(int status, std::string_view what) noexcept;
    outcome take_size(std::string_view line) noexcept;
    outcome take_trailer(std::string_view line);
    outcome take_line(std::span<char> bytes);
    outcome take_data(std::span<char> bytes);

    state x_state = state::size;
    std::size_t x_consumed = 0;
    std::size_t x_decoded = 0;
    std::size_t x_left = 0; // of the current chunk's data
    parse_error x_error{};
};

} // namespace tokenward::local
