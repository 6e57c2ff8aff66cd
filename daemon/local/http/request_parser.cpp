// Finds the end of the header section, has it parsed, and waits for the body.
#include "daemon/local/http/request_parser.hpp"

#include "daemon/local/http/header_section.hpp"

#include <cstring>
#include <utility>

namespace tokenward::local {

request_parser::outcome request_parser::fail(const parse_error& error) noexcept {
    x_error = error;
    return outcome::failed;
}

// `end` is where the line's LF stands.
request_parser::outcome request_parser::take_header_line(std::span<char> bytes, std::size_t end) noexcept {
    if (end == x_line || bytes[end - 1] != '\r') return fail({400, "a line ends without CRLF"});
    bool first = x_line == x_start;
    bool empty = end - 1 == x_line;
    if (empty && first && x_start == 2 * max_empty_lines)
        return fail({400, "there are more than 8 empty lines before the request"});
    if (first && end - x_line > max_request_line) return fail({414, "the request line is over 8 KiB"});
    if (empty && first) x_start = end + 1; // RFC 9112, section 2.2: "at least one" is forgiven
    if (empty && !first) x_header_end = end + 1;
    x_line = end + 1;
    return outcome::complete;
}

request_parser::outcome request_parser::find_header(std::span<char> bytes) {
    while (x_header_end == 0) {
        const void* found = std::memchr(bytes.data() + x_scanned, '\n', bytes.size() - x_scanned);
        std::size_t end = found == nullptr
                              ? bytes.size()
                              : static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
        if (found != nullptr && take_header_line(bytes, end) == outcome::failed) return outcome::failed;
        x_scanned = found == nullptr ? end : end + 1;
        bool in_request_line = x_line == x_start;
        if (in_request_line && x_scanned - x_line > max_request_line)
            return fail({414, "the request line is over 8 KiB"});
        if (x_scanned - x_start > max_header) return fail({431, "the header section is over 16 KiB"});
        if (found == nullptr) return outcome::incomplete;
    }
    return outcome::complete;
}

request_parser::outcome request_parser::take_header(std::span<char> bytes, request& out) {
    std::string_view section(bytes.data() + x_start, x_header_end - x_start);
    if (auto bad = parse_header_section(section, out)) return fail(*bad);
    x_framing = out.body_framing;
    x_content_length = out.content_length;
    return outcome::complete;
}

request_parser::outcome request_parser::take_body(std::span<char> bytes) {
    std::span<char> rest = bytes.subspan(x_header_end);
    std::size_t used = 0;
    if (x_framing == framing::length) {
        if (rest.size() < x_content_length) return outcome::incomplete;
        used = x_body_size = x_content_length;
    } else if (x_framing == framing::chunked) {
        switch (x_chunks.decode(rest)) {
        case chunk_decoder::outcome::incomplete: return outcome::incomplete;
        case chunk_decoder::outcome::failed: return fail(x_chunks.error());
        case chunk_decoder::outcome::complete: break;
        }
        used = x_chunks.consumed();
        x_body_size = x_chunks.decoded();
    }
    x_size = x_header_end + used;
    return outcome::complete;
}

request_parser::outcome request_parser::parse(std::span<char> bytes, request& out) {
    bool is_new = x_header_end == 0;
    if (is_new) {
        if (outcome found = find_header(bytes); found != outcome::complete) return found;
        if (take_header(bytes, out) == outcome::failed) return outcome::failed;
    }
    outcome all = take_body(bytes);
    if (all == outcome::incomplete)
        x_continue_due = is_new && out.expects_continue && bytes.size() == x_header_end;
    if (all != outcome::complete) return all;
    // If the body came later, the views of the first look have gone with the bytes that moved since.
    if (!is_new && take_header(bytes, out) == outcome::failed) return outcome::failed;
    out.body = {bytes.data() + x_header_end, x_body_size};
    return outcome::complete;
}

} // namespace tokenward::local
