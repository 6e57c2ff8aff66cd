// Steps through the framing of chunks, byte by byte, and through their content at once.
#include "daemon/iam/net/chunked_body.hpp"

#include "daemon/base/text/ascii.hpp"

#include <boost/beast/http/error.hpp>

#include <algorithm>

namespace tokenward::iam {
namespace http = boost::beast::http;

std::size_t chunk_decoder::take(std::string_view bytes, wiped_string& body) {
    std::size_t at = 0;
    while (at < bytes.size() && !is_done() && !x_failed) {
        if (x_at == place::content) {
            const std::size_t size = std::min(x_left, bytes.size() - at);
            body.append(bytes.data() + at, size);
            at += size;
            x_left -= size;
            if (x_left == 0) x_at = place::content_return;
            continue;
        }
        if (++x_framing > x_limit)
            x_failed = http::error::body_limit;
        else
            step(bytes[at++]);
    }
    return at;
}

void chunk_decoder::step(char c) {
    switch (x_at) {
    case place::first_digit:
        x_size = 0;
        x_at = place::digits;
        if (hex_value(c) < 0) x_failed = http::error::bad_chunk;
        [[fallthrough]];
    case place::digits:
        if (hex_value(c) >= 0) return add_digit(c);
        x_at = place::padding;
        [[fallthrough]];
    case place::padding:
        if (c == ' ' || c == '\t') return;
        if (c == ';')
            x_at = place::extension;
        else
            expect(c, '\r', place::size_line_feed);
        return;
    case place::extension:
        if (c == '\r') x_at = place::size_line_feed;
        if (c == '\n') x_failed = http::error::bad_chunk;
        return;
    case place::size_line_feed: expect(c, '\n', place::content); return begin_chunk();
    case place::content_return: return expect(c, '\r', place::content_line_feed);
    case place::content_line_feed: return expect(c, '\n', place::first_digit);
    case place::trailer_start: x_at = c == '\r' ? place::last_line_feed : place::trailer; return;
    case place::trailer:
        if (c == '\r') x_at = place::trailer_line_feed;
        return;
    case place::trailer_line_feed: return expect(c, '\n', place::trailer_start);
    case place::last_line_feed: return expect(c, '\n', place::end);
    case place::content:
    case place::end: return;
    }
}

void chunk_decoder::add_digit(char c) {
    x_size = x_size * 16 + static_cast<std::size_t>(hex_value(c));
    if (x_size > x_limit - x_taken) x_failed = http::error::body_limit;
}

void chunk_decoder::expect(char c, char wanted, place next) {
    x_at = next;
    if (c != wanted) x_failed = http::error::bad_chunk;
}

void chunk_decoder::begin_chunk() {
    x_left = x_size;
    x_taken += x_size;
    if (x_size == 0) x_at = place::trailer_start;
}

} // namespace tokenward::iam
