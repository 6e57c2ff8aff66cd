// The bounds of what a request may hold: the very limit is served, one byte more is not.
#include "tests/unit/local/http/request_text.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

namespace tokenward::local {
namespace {

std::string line_of(std::size_t size) {
    return "GET /" + std::string(size - std::string("GET / HTTP/1.1\r").size(), 'a') + " HTTP/1.1";
}

std::string header_of(std::size_t size) {
    const std::string most = "GET / HTTP/1.1\r\nHost: unix\r\nX: ";
    return most + std::string(size - most.size() - 4, 'a') + "\r\n\r\n";
}

TEST(RequestLimits, OfTheRequestLine) {
    EXPECT_EQ(parse(with_line(line_of(max_request_line))).end, outcome::complete);
    EXPECT_EQ(parse(with_line(line_of(max_request_line + 1))).status, 414);
    EXPECT_EQ(parse(std::string(max_request_line, 'a')).end, outcome::incomplete);
    EXPECT_EQ(parse(std::string(max_request_line + 1, 'a')).status, 414);
}

TEST(RequestLimits, OfTheHeaderSection) {
    EXPECT_EQ(parse(header_of(max_header)).end, outcome::complete);
    EXPECT_EQ(parse(header_of(max_header + 1)).status, 431);
    const std::string all = header_of(max_header + 10);
    EXPECT_EQ(parse(all.substr(0, max_header)).end, outcome::incomplete);
    EXPECT_EQ(parse(all.substr(0, max_header + 1)).status, 431);
    EXPECT_EQ(parse(empty_lines(8) + header_of(max_header)).end, outcome::complete) << "without those";
}

TEST(RequestLimits, OfKnownFields) {
    std::string fields;
    for (int i = 0; i < 15; ++i) fields += "Accept: */*\r\n"; // and Host
    EXPECT_EQ(parse(with_fields(fields)).end, outcome::complete);
    EXPECT_EQ(parse(with_fields(fields + "Accept: */*\r\n")).status, 431);
}

TEST(RequestLimits, OfTheLinesOfAChunkedBody) {
    auto with_extension = [](std::size_t size) {
        return "1;" + std::string(size - 3, 'a') + "\r\na\r\n0\r\n\r\n";
    };
    EXPECT_EQ(parse(with_chunks(with_extension(1024))).end, outcome::complete);
    EXPECT_EQ(parse(with_chunks(with_extension(1025))).status, 400);
    EXPECT_EQ(parse(with_chunks(std::string(1024, '1'))).end, outcome::incomplete);
    EXPECT_EQ(parse(with_chunks(std::string(1025, '1'))).status, 400);
}

TEST(RequestLimits, OfAChunkedBody) {
    auto body_of = [](std::size_t size) {
        const std::string half(size / 2, 'a');
        char digits[16];
        std::snprintf(digits, sizeof digits, "%zx\r\n", half.size());
        const std::string chunk = digits + half + "\r\n";
        return chunk + chunk + "0\r\n\r\n";
    };
    EXPECT_EQ(parse(with_chunks(body_of(max_body))).body.size(), max_body);
    EXPECT_EQ(parse(with_chunks(body_of(max_body + 2))).status, 413);
}

TEST(RequestLimits, OfAChunkedBodyWithItsCoding) {
    // A trailer of 1,024 bytes with its CR and LF, again and again, and one that fills what is left.
    const std::string last = "0\r\n";
    auto coded = [&](std::size_t size) {
        const std::string trailer = "T: " + std::string(1019, 'a') + "\r\n";
        std::string all = last;
        while (all.size() + trailer.size() + 8 < size) all += trailer;
        all += "T: " + std::string(size - all.size() - 7, 'a') + "\r\n\r\n";
        return all;
    };
    EXPECT_EQ(coded(max_chunked).size(), max_chunked);
    EXPECT_EQ(parse(with_chunks(coded(max_chunked))).end, outcome::complete);
    EXPECT_EQ(parse(with_chunks(coded(max_chunked + 1))).status, 413);
}

TEST(RequestLimits, OfTheVersion) {
    EXPECT_EQ(parse(with_line("GET / HTTP/1.9")).end, outcome::complete)
        << "a later minor version (RFC 9110, 2.5)";
    EXPECT_EQ(parse(with_line("GET / HTTP/9.0")).status, 505);
    EXPECT_EQ(parse(with_line("GET / HTTP/0.9")).status, 505);
    for (const char* version : {"HTTP/1.:", "HTTP/1./", "HTTP/:.1", "HTTP/1-1", "HTTP/1.10", "HTTP/1."})
        EXPECT_EQ(parse(with_line(std::string("GET / ") + version)).status, 400) << version;
}

TEST(RequestLimits, OfCharacters) {
    EXPECT_EQ(parse(with_line("GET /!~ HTTP/1.1")).target, "/!~");
    EXPECT_EQ(parse(with_line("GET /\x7f HTTP/1.1")).status, 400);
    EXPECT_EQ(parse(with_line("GET /\t HTTP/1.1")).status, 400);
    EXPECT_EQ(parse(with_fields("X: a\tb \x80\xff~\r\n")).end, outcome::complete);
    EXPECT_EQ(parse(with_fields("X: a\x7f\r\n")).status, 400);
    EXPECT_EQ(parse(with_fields("X: a\x1f\r\n")).status, 400);
}

} // namespace
} // namespace tokenward::local
