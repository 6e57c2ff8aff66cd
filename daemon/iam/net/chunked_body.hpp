// A body in chunks (RFC 9112, 7.1), taken apart as it comes. Beast 1.81 stops the program, in a build with
// assertions, when the last chunk comes byte by byte.
#pragma once

#include "common/secret.hpp"

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <string_view>

namespace tokenward::iam {

class chunk_decoder {
  public:
    /// `limit`: bytes of the body at the most; its framing, extensions and trailer may have as many.
    explicit chunk_decoder(std::size_t limit) noexcept : x_limit(limit) {}

    /// Takes from the front of `bytes` what belongs to the body, appends its content to `body` and returns
    /// how much it took: all, unless the end is among it or something is wrong.
    std::size_t take(std::string_view bytes, wiped_string& body);

    bool is_done() const noexcept { return x_at == place::end; }
    /// Beast's bad_chunk, or body_limit; none: nothing is wrong so far.
    const boost::system::error_code& failed() const noexcept { return x_failed; }

  private:
    enum class place {
        first_digit, ///< of a chunk's size
        digits,
        padding, ///< blanks behind it, which some servers send
        extension,
        size_line_feed,
        content,
        content_return,
        content_line_feed,
        trailer_start, ///< of a line; an empty one is the end
        trailer,
        trailer_line_feed,
        last_line_feed,
        end,
    };

    void step(char c);
    void add_digit(char c);
    void expect(char c, char wanted, place next);
    void begin_chunk();

    std::size_t x_limit;
    std::size_t x_taken = 0;   // bytes of content, those of the present chunk included
    std::size_t x_framing = 0; // all other bytes
    std::size_t x_size = 0;    // of the present chunk
    std::size_t x_left = 0;    // of it
    place x_at = place::first_digit;
    boost::system::error_code x_failed{};
};

} // namespace tokenward::iam
