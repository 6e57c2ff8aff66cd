// The parser of the head of an answer.
#include "client/bytes/http_response.h"

#include <gtest/gtest.h>

#include <string>

namespace {

struct parsed {
    tw_http_state state;
    tw_http_response head;
};

parsed parse(const std::string& bytes) {
    parsed result{};
    result.state = tw_http_parse(&result.head, bytes.data(), bytes.size());
    return result;
}

const std::string good_head =
    "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\ncontent-LENGTH: \t12 \r\n"
    "X-Empty:\r\nETag: \"sha256:9f86d081884c7d65\"\r\n\r\n";

std::string with(const std::string& header) {
    return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + header + "\r\n\r\n{}";
}

} // namespace

TEST(HttpResponse, TellsStatusAndSizes) {
    parsed result = parse(good_head + "{\"a\":12345}\n");
    ASSERT_EQ(result.state, TW_HTTP_HEAD);
    EXPECT_EQ(result.head.status, 200);
    EXPECT_EQ(result.head.head_size, good_head.size());
    EXPECT_EQ(result.head.body_size, 12u);
    EXPECT_TRUE(result.head.keep_alive);
}

TEST(HttpResponse, WaitsForTheEndOfTheHeadHoweverItIsCut) {
    tw_http_response head{};
    for (std::size_t size = 0; size < good_head.size(); ++size)
        ASSERT_EQ(tw_http_parse(&head, good_head.data(), size), TW_HTTP_MORE) << size;
    EXPECT_EQ(tw_http_parse(&head, good_head.data(), good_head.size()), TW_HTTP_HEAD);
    EXPECT_EQ(head.body_size, 12u);
}

TEST(HttpResponse, AnswersWithoutBodyNeedNoLength) {
    EXPECT_EQ(parse("HTTP/1.1 204 No Content\r\n\r\n").state, TW_HTTP_HEAD);
    EXPECT_EQ(parse("HTTP/1.1 304 Not Modified\r\nContent-Length: 900\r\n\r\n").head.body_size, 0u);
    EXPECT_EQ(parse("HTTP/1.1 200 OK\r\n\r\n").state, TW_HTTP_BAD);
}

TEST(HttpResponse, ReasonMayBeEmptyOrMissing) {
    EXPECT_EQ(parse("HTTP/1.1 204 \r\n\r\n").state, TW_HTTP_HEAD);
    EXPECT_EQ(parse("HTTP/1.1 204\r\n\r\n").state, TW_HTTP_HEAD);
}

TEST(HttpResponse, CloseIsNoticed) {
    EXPECT_FALSE(parse(with("Connection: Close")).head.keep_alive);
    EXPECT_TRUE(parse(with("Connection: keep-alive")).head.keep_alive);
}

TEST(HttpResponse, RefusesWhatTheDaemonNeverSays) {
    for (const char* line : {"HTTP/1.0 204 x", "HTTP/2 204 x", "http/1.1 204 x", "HTTP/1.1 20 x",
                             "HTTP/1.1 2044 x", "HTTP/1.1  204", "HTTP/1.1 100 Continue", "HTTP/1.1 600 x",
                             "HTTP/1.1 204\tx", "HTTP/1.1 204 a\x01", "", "SSH-2.0-x"})
        EXPECT_EQ(parse(line + std::string("\r\n\r\n")).state, TW_HTTP_BAD) << line;
    for (const char* header :
         {"Transfer-Encoding: chunked", "Content-Length: 2", "Content-Length: 3", " folded", "no colon",
          "Name : v", ": v", "Na me: v", "N: a\x01", "N: a\nb", "N: a\rb", "N\x80: v"})
        EXPECT_EQ(parse(with(header)).state, TW_HTTP_BAD) << header;
    EXPECT_EQ(parse(with(std::string("N: a\0b", 6))).state, TW_HTTP_BAD);
    EXPECT_EQ(parse(with("N: caf\xc3\xa9\t!")).state, TW_HTTP_HEAD);
}

TEST(HttpResponse, LengthsAreDecimalAndBounded) {
    const auto length = [](const std::string& text) {
        return parse("HTTP/1.1 200 OK\r\nContent-Length: " + text + "\r\n\r\n");
    };
    EXPECT_EQ(length("999999999999999").head.body_size, 999999999999999u);
    for (const char* bad :
         {"", "-1", "+1", "0x10", "1 2", "1,1", "1.0", "9999999999999999", "99999999999999999999999999"})
        EXPECT_EQ(length(bad).state, TW_HTTP_BAD) << bad;
}

TEST(HttpResponse, AHeadWithoutEndIsGivenUp) {
    std::string endless = "HTTP/1.1 200 OK\r\nX: " + std::string(TW_HTTP_MAX_HEAD, 'x');
    EXPECT_EQ(parse(endless.substr(0, TW_HTTP_MAX_HEAD - 1)).state, TW_HTTP_MORE);
    EXPECT_EQ(parse(endless).state, TW_HTTP_BAD);
    std::string longest = "HTTP/1.1 204 x\r\nX: ";
    longest += std::string(TW_HTTP_MAX_HEAD - longest.size() - 4, 'x') + "\r\n\r\n";
    EXPECT_EQ(parse(longest).state, TW_HTTP_HEAD);
    EXPECT_EQ(parse(longest.insert(20, "x")).state, TW_HTTP_BAD);
}
