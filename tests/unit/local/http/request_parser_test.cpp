// Requests as they come: whole, in pieces and several at once.
#include "tests/unit/local/http/request_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tokenward::local {
namespace {

const std::string chunked_post =
    "POST /v1/tokens/a/b/report HTTP/1.1\r\nHost: unix\r\nTransfer-Encoding: Chunked\r\n\r\n"
    "4;note=\"x\"\r\n{\"a\"\r\n00A\r\n:\"bcdefg\"}\r\n0\r\nTrailer: dropped\r\n\r\n";
const std::string plain_post =
    "POST /x HTTP/1.1\r\nhOsT: localhost\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
TEST(RequestParser, UnderstandsAGet) {
    parsed got = parse(plain_get);
    EXPECT_EQ(got.end, outcome::complete);
    EXPECT_EQ(got.verb, method::get);
    EXPECT_EQ(got.target, "/v1/tokens/ci/eu-de?min_ttl=5");
    EXPECT_EQ(got.host, "tokenward");
    EXPECT_TRUE(got.keep_alive);
    EXPECT_EQ(got.size, plain_get.size());
}

TEST(RequestParser, KnowsMethodsByTheirVeryNames) {
    for (auto [name, verb] :
         {std::pair("GET", method::get), std::pair("HEAD", method::head), std::pair("POST", method::post),
          std::pair("DELETE", method::remove), std::pair("OPTIONS", method::options),
          std::pair("PUT", method::other), std::pair("get", method::other), std::pair("GETS", method::other)})
        EXPECT_EQ(parse(with_line(name + std::string(" / HTTP/1.1"))).verb, verb) << name;
    EXPECT_EQ(parse(with_line("OPTIONS * HTTP/1.1")).target, "*");
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

TEST(RequestParser, FailsOnMoreThanAHundredFields) {
    std::string fields;
    for (int i = 0; i < 99; ++i) fields += "X: a\r\n";
    EXPECT_EQ(parse(with_fields(fields)).end, outcome::complete);
    EXPECT_EQ(parse(with_fields(fields + "X: a\r\n")).status, 431);
}

TEST(RequestParser, FailsOnABareLfWithinAChunkedBody) {
    for (const char* chunks :
         {"1;\na\r\n0\r\n\r\n", "1\r\na\r\n0\r\nT: a\n\r\n", "1\r\na\r\n0\r\nT: a\r\n\n"})
        EXPECT_EQ(parse(with_chunks(chunks)).status, 400) << chunks;
}

TEST(RequestParser, FailsOnAChunkedBodyThatGrowsOverTheLimitChunkByChunk) {
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

TEST(RequestParser, SkipsAFewEmptyLinesBeforeARequest) {
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

TEST(RequestParser, AsksForTheBodyOnceWhileItIsAwaited) {
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
