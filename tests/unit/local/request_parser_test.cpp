// Requests as they come: good ones and bad ones, whole, in pieces and several at once.
#include "daemon/local/request_parser.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tokenward::local {
namespace {

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

parsed describe(outcome end, const request_parser& parser, const request& asked) {
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

parsed parse(std::string text) {
    request_parser parser;
    request asked;
    outcome end = parser.parse(text, asked);
    return describe(end, parser, asked);
}

// The same, but in two pieces; the second time the bytes are somewhere else, as in a buffer that has grown.
parsed parse_in_two(const std::string& text, std::size_t split) {
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

const std::string chunked_post =
    "POST /v1/tokens/a/b/report HTTP/1.1\r\nHost: unix\r\nTransfer-Encoding: Chunked\r\n\r\n"
    "4;note=\"x\"\r\n{\"a\"\r\n00A\r\n:\"bcdefg\"}\r\n0\r\nTrailer: dropped\r\n\r\n";
const std::string plain_post =
    "POST /x HTTP/1.1\r\nhOsT: localhost\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
const std::string plain_get =
    "GET /v1/tokens/ci/eu-de?min_ttl=5 HTTP/1.1\r\nHost: tokenward\r\nAccept: */*\r\n\r\n";

TEST(RequestParser, UnderstandsAGet) {
    parsed got = parse(plain_get);
    EXPECT_EQ(got.end, outcome::complete);
    EXPECT_EQ(got.verb, method::get);
    EXPECT_EQ(got.target, "/v1/tokens/ci/eu-de?min_ttl=5");
    EXPECT_EQ(got.host, "tokenward");
    EXPECT_TRUE(got.keep_alive);
    EXPECT_EQ(got.size, plain_get.size());
}

TEST(RequestParser, DecodesChunksAndDropsTrailers) {
    parsed got = parse(chunked_post);
    EXPECT_EQ(got.end, outcome::complete);
    EXPECT_EQ(got.body, "{\"a\":\"bcdefg\"}");
    EXPECT_EQ(got.size, chunked_post.size());
}

TEST(RequestParser, ARequestMayBeSplitAtEveryByte) {
    for (const std::string& text : {plain_get, plain_post, chunked_post}) {
        parsed whole = parse(text);
        ASSERT_EQ(whole.end, outcome::complete);
        for (std::size_t split = 0; split < text.size(); ++split)
            EXPECT_EQ(parse_in_two(text, split), whole) << "split at " << split;
    }
}

TEST(RequestParser, ARequestMayComeByteByByte) {
    for (const std::string& text : {plain_post, chunked_post}) {
        request_parser parser;
        request asked;
        std::string bytes;
        outcome end = outcome::incomplete;
        for (char c : text) {
            ASSERT_EQ(end, outcome::incomplete);
            bytes += c;
            end = parser.parse(bytes, asked);
        }
        EXPECT_EQ(describe(end, parser, asked), parse(text));
    }
}

TEST(RequestParser, LeavesASecondRequestInTheSamePieceAlone) {
    for (const std::string& text : {plain_get, plain_post, chunked_post}) {
        parsed got = parse(text + plain_get);
        EXPECT_EQ(got.end, outcome::complete);
        EXPECT_EQ(got.size, text.size());
        EXPECT_EQ(got.body, parse(text).body);
    }
}

struct refused {
    const char* why;
    std::string text;
    int status;
};

std::string with_fields(const std::string& fields) {
    return "GET / HTTP/1.1\r\nHost: unix\r\n" + fields + "\r\n";
}
std::string with_line(const std::string& line) {
    return line + "\r\nHost: unix\r\n\r\n";
}
std::string with_chunks(const std::string& chunks) {
    return "POST / HTTP/1.1\r\nHost: unix\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks;
}

std::string empty_lines(int count) {
    std::string lines;
    for (int i = 0; i < count; ++i) lines += "\r\n";
    return lines;
}

std::vector<refused> refused_requests() {
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

std::string code_of(const std::string& text) {
    std::string bytes = text;
    request_parser parser;
    request asked;
    if (parser.parse(bytes, asked) != outcome::failed) return "";
    return std::string(tokenward::describe(to_problem(parser.error()).code).name);
}

TEST(RequestParser, ARefusalHasTheCodeOfItsStatus) {
    for (const refused& r : refused_requests()) {
        std::string code = "bad_request";
        if (r.status == 413 || r.status == 414 || r.status == 431) code = "too_large";
        if (r.status == 501 || r.status == 505) code = "not_implemented";
        EXPECT_EQ(code_of(r.text), code) << r.why;
    }
}

TEST(RequestParser, RefusesWhatIsMalformedOrTooLarge) {
    for (const refused& r : refused_requests()) {
        parsed got = parse(r.text);
        EXPECT_EQ(got.end, outcome::failed) << r.why;
        EXPECT_EQ(got.status, r.status) << r.why;
    }
}

TEST(RequestParser, RefusesTheSameWhenItComesInPieces) {
    for (const refused& r : refused_requests())
        for (std::size_t split = 0; split < std::min<std::size_t>(r.text.size(), 120); ++split)
            EXPECT_EQ(parse_in_two(r.text, split).status, r.status) << r.why << ", split at " << split;
}

TEST(RequestParser, RefusesMoreThanAHundredFields) {
    std::string fields;
    for (int i = 0; i < 99; ++i) fields += "X: a\r\n";
    EXPECT_EQ(parse(with_fields(fields)).end, outcome::complete);
    EXPECT_EQ(parse(with_fields(fields + "X: a\r\n")).status, 431);
}

TEST(RequestParser, RefusesAChunkedBodyThatGrowsOverTheLimitChunkByChunk) {
    std::string chunks;
    for (int i = 0; i < 17; ++i) chunks += "1000\r\n" + std::string(0x1000, 'a') + "\r\n";
    EXPECT_EQ(parse(with_chunks(chunks)).status, 413);
    std::string small;
    for (int i = 0; i < 30'000; ++i) small += "1\r\na\r\n";
    EXPECT_EQ(parse(with_chunks(small)).status, 413);
}

TEST(RequestParser, TakesABodyOfTheVeryLimit) {
    std::string body(max_body, 'b');
    std::string head = "POST / HTTP/1.1\r\nHost: unix\r\nContent-Length: 65536\r\n\r\n";
    EXPECT_EQ(parse(head + body).body, body);
    EXPECT_EQ(parse(head + body.substr(1)).end, outcome::incomplete);
}

TEST(RequestParser, ForgivesAFewEmptyLinesBeforeARequest) {
    for (int count : {1, 2, 8}) {
        const std::string text = empty_lines(count) + plain_get;
        parsed got = parse(text);
        EXPECT_EQ(got.end, outcome::complete) << count;
        EXPECT_EQ(got.size, text.size()) << count;
        for (std::size_t split = 0; split < text.size(); ++split)
            EXPECT_EQ(parse_in_two(text, split), got) << "split at " << split;
    }
}

TEST(RequestParser, TakesSpaceBeforeAnExtensionAndSizesOfSixteenDigits) {
    for (const char* chunks : {"1 ;a=b\r\na\r\n0\r\n\r\n", "1\t ; a = \"b;c\" ;d\r\na\r\n0 ;e\r\n\r\n",
                               "0000000000000001\r\na\r\n0000000000000000\r\n\r\n"}) {
        parsed got = parse(with_chunks(chunks));
        EXPECT_EQ(got.end, outcome::complete) << chunks;
        EXPECT_EQ(got.body, "a") << chunks;
    }
}

TEST(RequestParser, LinesOfTransferEncodingAreOneList) {
    for (const char* fields :
         {"Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n", "Transfer-Encoding: , Chunked ,\r\n",
          "Transfer-Encoding:\r\nTransfer-Encoding: chunked\r\n"}) {
        parsed got =
            parse("POST / HTTP/1.1\r\nHost: unix\r\n" + std::string(fields) + "\r\n1\r\na\r\n0\r\n\r\n");
        EXPECT_EQ(got.end, outcome::complete) << fields;
        EXPECT_EQ(got.body, "a") << fields;
    }
}

TEST(RequestParser, AnAbsoluteTargetNamesTheHost) {
    parsed got = parse("GET http://localhost/v1/status?a=b HTTP/1.1\r\nHost: elsewhere\r\n\r\n");
    EXPECT_EQ(got.host, "localhost");
    EXPECT_EQ(got.target, "/v1/status?a=b");
    EXPECT_EQ(parse("GET HTTP://unix HTTP/1.1\r\nHost: unix\r\n\r\n").target, "/");
    got = parse("GET http://localhost?x=1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(got.host, "localhost");
    EXPECT_EQ(got.target, "?x=1") << "of the root";
    EXPECT_EQ(parse("GET http://[::1]:80/x HTTP/1.1\r\nHost: unix\r\n\r\n").host, "[::1]:80");
}

TEST(RequestParser, KeepsAConnectionAsItsVersionAndFieldsSay) {
    auto keep = [](const std::string& version, const std::string& fields) {
        return parse("GET / HTTP/" + version + "\r\nHost: unix\r\n" + fields + "\r\n").keep_alive;
    };
    EXPECT_TRUE(keep("1.1", ""));
    EXPECT_FALSE(keep("1.1", "Connection: Close\r\n"));
    EXPECT_FALSE(keep("1.1", "Connection: te, close\r\n"));
    EXPECT_FALSE(keep("1.1", "Connection: te\r\nConnection: close\r\n"));
    EXPECT_FALSE(keep("1.0", ""));
    EXPECT_TRUE(keep("1.0", "Connection: keep-alive\r\n"));
    EXPECT_FALSE(keep("1.0", "Connection: keep-alive, close\r\n"));
}

TEST(RequestParser, OwesAContinueOnceWhileTheBodyIsAwaited) {
    std::string text = "POST / HTTP/1.1\r\nHost: unix\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n";
    request_parser parser;
    request asked;
    ASSERT_EQ(parser.parse(text, asked), outcome::incomplete);
    EXPECT_TRUE(parser.take_continue());
    EXPECT_FALSE(parser.take_continue());
    text += "ab";
    ASSERT_EQ(parser.parse(text, asked), outcome::complete);
    EXPECT_EQ(asked.body, "ab");

    request_parser impatient; // the body came along: nothing is owed
    std::string early = text.substr(0, text.size() - 1);
    ASSERT_EQ(impatient.parse(early, asked), outcome::incomplete);
    EXPECT_FALSE(impatient.take_continue());
}

} // namespace
} // namespace tokenward::local
