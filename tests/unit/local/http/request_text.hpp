// Requests in a test's hands: parsed whole or in two pieces, and made of what a test is about.
#pragma once

#include "daemon/local/http/request_parser.hpp"

#include <algorithm>
#include <string>

namespace tokenward::local {

using outcome = request_parser::outcome;

struct parsed {
    outcome end = outcome::incomplete;
    int status = 0; // of the error
    method verb = method::other;
    std::string target{}, host{}, body{};
    bool keep_alive = false;
    std::size_t size = 0;
    friend bool operator==(const parsed&, const parsed&) = default;
};

inline parsed describe(outcome end, const request_parser& parser, const request& asked) {
    if (end == outcome::failed) return {.end = end, .status = parser.error().status};
    if (end == outcome::incomplete) return {};
    return {.end = end,
            .verb = asked.verb,
            .target = std::string(asked.target),
            .host = std::string(asked.host),
            .body = std::string(asked.body),
            .keep_alive = asked.keep_alive,
            .size = parser.size()};
}

inline parsed parse(std::string text) {
    request_parser parser;
    request asked;
    outcome end = parser.parse(text, asked);
    return describe(end, parser, asked);
}

// The same, but in two pieces; the second time the bytes are somewhere else, as in a buffer that has grown.
inline parsed parse_in_two(const std::string& text, std::size_t split) {
    request_parser parser;
    request asked;
    std::string first = text.substr(0, split);
    outcome end = first.empty() ? outcome::incomplete : parser.parse(first, asked);
    if (end != outcome::incomplete) return describe(end, parser, asked);
    std::string all = first + text.substr(split); // what was decoded in place stays
    std::fill(first.begin(), first.end(), 'X');
    end = parser.parse(all, asked);
    return describe(end, parser, asked);
}

inline const std::string plain_get =
    "GET /v1/tokens/ci/eu-de?min_ttl=5 HTTP/1.1\r\nHost: tokenward\r\nAccept: */*\r\n\r\n";

inline std::string with_fields(const std::string& fields) {
    return "GET / HTTP/1.1\r\nHost: unix\r\n" + fields + "\r\n";
}
inline std::string with_line(const std::string& line) {
    return line + "\r\nHost: unix\r\n\r\n";
}
inline std::string with_chunks(const std::string& chunks) {
    return "POST / HTTP/1.1\r\nHost: unix\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks;
}

inline std::string empty_lines(int count) {
    std::string lines;
    for (int i = 0; i < count; ++i) lines += "\r\n";
    return lines;
}

} // namespace tokenward::local
