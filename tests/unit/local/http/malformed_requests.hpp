// Requests that are malformed, too large, or ask for what this server does not know.
#pragma once

#include "tests/unit/local/http/request_text.hpp"

#include <string>
#include <vector>

namespace tokenward::local {

/// A request that request_parser fails on, and with which status.
struct malformed_request {
    const char* why;
    std::string text;
    int status;
};

inline std::vector<malformed_request> malformed_fields() {
    using namespace std::string_literals;
    return {
        {"two hosts", with_fields("Host: unix\r\n"), 400},
        {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
        {"length and coding", with_fields("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), 400},
        {"two lengths that differ", with_fields("Content-Length: 1\r\nContent-Length: 2\r\n"), 400},
        {"two lengths that don't", with_fields("Content-Length: 1\r\nContent-Length: 1\r\n"), 400},
        {"a list of lengths", with_fields("Content-Length: 1, 1\r\n"), 400},
        {"a signed length", with_fields("Content-Length: +1\r\n"), 400},
        {"an empty length", with_fields("Content-Length:\r\n"), 400},
        {"a length over the limit", with_fields("Content-Length: 65537\r\n"), 413},
        {"a length beyond all numbers", with_fields("Content-Length: 99999999999999999999999\r\n"), 413},
        {"an unknown coding", with_fields("Transfer-Encoding: gzip, chunked\r\n"), 501},
        {"an unknown coding on a line of its own",
         with_fields("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"), 501},
        {"an unknown coding with a parameter",
         with_fields("Transfer-Encoding: gzip;note=\"a, b\", chunked\r\n"), 501},
        {"no chunked at all", with_fields("Transfer-Encoding: gzip\r\n"), 400},
        {"no coding at all", with_fields("Transfer-Encoding: ,\r\n"), 400},
        {"an empty coding", with_fields("Transfer-Encoding:\r\n"), 400},
        {"chunked, identity", with_fields("Transfer-Encoding: chunked, identity\r\n"), 400},
        {"chunked twice", with_fields("Transfer-Encoding: chunked, chunked\r\n"), 400},
        {"chunked on two lines", with_fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
         400},
        {"chunked before another line",
         with_fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n"), 400},
        {"chunked with a parameter", with_fields("Transfer-Encoding: chunked;q=1\r\n"), 400},
        {"a coding in quotes", with_fields("Transfer-Encoding: \"chunked\"\r\n"), 400},
        {"a coding that is no token", with_fields("Transfer-Encoding: x y, chunked\r\n"), 400},
        {"a length, and codings on two lines",
         with_fields("Transfer-Encoding: gzip\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n"), 400},
        {"a coding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {"two content types", with_fields("Content-Type: a/b\r\nContent-Type: a/b\r\n"), 400},
        {"a folded field", with_fields("X: a\r\n b\r\n"), 400},
        {"a bare LF", "GET / HTTP/1.1\nHost: unix\r\n\r\n", 400},
        {"a bare LF between fields", with_fields("X: a\nY: b\r\n"), 400},
        {"a bare CR", with_fields("X: a\rY: b\r\n"), 400},
        {"a NUL", with_fields("X: a\0b\r\n"s), 400},
        {"a space before the colon", with_fields("X : a\r\n"), 400},
        {"a field without a name", with_fields(": a\r\n"), 400},
        {"a field without a colon", with_fields("nonsense\r\n"), 400},
        {"a bad character in a name", with_fields("X(: a\r\n"), 400},
    };
}

inline std::vector<malformed_request> malformed_lines() {
    return {
        {"no version", with_line("GET /"), 400},
        {"two spaces", with_line("GET  / HTTP/1.1"), 400},
        {"a bad method", with_line("G@T / HTTP/1.1"), 400},
        {"no target", with_line("GET HTTP/1.1"), 400},
        {"a fragment", with_line("GET /#a HTTP/1.1"), 400},
        {"bytes beyond ASCII in the target", with_line("GET /\xc3\xa4 HTTP/1.1"), 400},
        {"a target that is no path", with_line("GET v1 HTTP/1.1"), 400},
        {"another scheme", with_line("GET https://unix/ HTTP/1.1"), 400},
        {"an authority", with_line("CONNECT unix:80 HTTP/1.1"), 400},
        {"an asterisk with GET", with_line("GET * HTTP/1.1"), 400},
        {"an http URL without a host", with_line("GET http:///x HTTP/1.1"), 400},
        {"an http URL of nothing", with_line("GET http:// HTTP/1.1"), 400},
        {"an http URL of a port alone", with_line("GET http://:80/x HTTP/1.1"), 400},
        {"an http URL of a query alone", with_line("GET http://?x=1 HTTP/1.1"), 400},
        {"an http URL with a user", with_line("GET http://a@localhost/x HTTP/1.1"), 400},
        {"HTTP/2", with_line("GET / HTTP/2.0"), 505},
        {"a lower-case version", with_line("GET / http/1.1"), 400},
        {"nine empty lines first", empty_lines(9) + plain_get, 400},
        {"empty lines without an end", empty_lines(9), 400},
        {"a bare LF first", "\n" + plain_get, 400},
        {"a long request line", with_line("GET /" + std::string(9000, 'a') + " HTTP/1.1"), 414},
        {"a request line without an end", "GET /" + std::string(9000, 'a'), 414},
        {"a long field", with_fields("X: " + std::string(17000, 'a') + "\r\n"), 431},
        {"fields without an end", "GET / HTTP/1.1\r\nX: " + std::string(17000, 'a'), 431},
        {"another expectation", with_fields("Expect: the unexpected\r\n"), 417},
    };
}

inline std::vector<malformed_request> malformed_chunks() {
    return {
        {"a chunk without a size", with_chunks("\r\n\r\n"), 400},
        {"a chunk's size that is no number", with_chunks("x\r\n"), 400},
        {"a space before a chunk's size", with_chunks(" 1\r\na\r\n"), 400},
        {"a signed chunk's size", with_chunks("-1\r\na\r\n"), 400},
        {"a chunk's size with 0x", with_chunks("0x1\r\na\r\n"), 400},
        {"a chunk's size of 17 digits", with_chunks("00000000000000001\r\na\r\n"), 400},
        {"a chunk's size beyond all memory", with_chunks("FFFFFFFFFFFFFFFF\r\na\r\n"), 413},
        {"a space behind a chunk's size", with_chunks("1 \r\na\r\n"), 400},
        {"a space within a chunk's size", with_chunks("1 0;a\r\na\r\n"), 400},
        {"a chunk longer than its size", with_chunks("1\r\nab\r\n0\r\n\r\n"), 400},
        {"a chunk that ends with LF", with_chunks("1\r\na\n0\r\n\r\n"), 400},
        {"a malformed trailer", with_chunks("0\r\nnonsense\r\n\r\n"), 400},
        {"a chunk over the limit", with_chunks("10001\r\n"), 413},
    };
}

inline std::vector<malformed_request> malformed_requests() {
    std::vector<malformed_request> all = malformed_fields();
    for (const auto& more : {malformed_lines(), malformed_chunks()})
        all.insert(all.end(), more.begin(), more.end());
    return all;
}

} // namespace tokenward::local
