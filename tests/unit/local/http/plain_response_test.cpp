// The bytes of answers that are built for one request.
#include "daemon/local/http/plain_response.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tokenward::local {
namespace {

using namespace std::chrono_literals;

constexpr wall_time now{784'111'777s};

std::string text_of(const response& r) {
    return std::string(r.status_line()) + std::string(r.field()) + std::string(r.rest());
}

TEST(PlainResponse, HasStatusDateFieldsAndBody) {
    EXPECT_EQ(text_of(build_response(
                  {.status = 200, .content_type = "text/plain", .body = "hello", .fields = "A: b\r\n"}, now)),
              "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nA: b\r\n"
              "Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello");
    EXPECT_EQ(text_of(build_response({.status = 204}, now)),
              "HTTP/1.1 204 No Content\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n");
}

TEST(PlainResponse, ToHeadHasTheLengthOfTheBodyThatIsLeftOut) {
    EXPECT_EQ(text_of(build_json("{}", now, true)),
              "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nCache-Control: no-store\r\n"
              "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n");
}

TEST(PlainResponse, TakesAFurtherFieldBehindItsStatusLine) {
    const response r = build_response({.status = 204}, now).with_field("A: b\r\n");
    EXPECT_TRUE(text_of(r).starts_with("HTTP/1.1 204 No Content\r\nA: b\r\nDate: "));
}

TEST(PlainResponse, AProblemIsJsonAsRfc9457HasIt) {
    const std::string text =
        text_of(build_problem({errc::not_found, "there is nothing"}, now, false, "A: b\r\n"));
    EXPECT_TRUE(text.starts_with("HTTP/1.1 404 Not Found\r\n")) << text;
    EXPECT_NE(text.find("\r\nCache-Control: no-store\r\nA: b\r\nContent-Type: application/problem+json\r\n"),
              text.npos)
        << text;
    EXPECT_NE(text.find(R"("status":404,"detail":"there is nothing"})"), text.npos) << text;
    EXPECT_EQ(text.find("Retry-After"), text.npos) << text;
    EXPECT_EQ(text.find("retry_after"), text.npos) << text;
}

TEST(PlainResponse, AProblemMayHaveAStatusAndATitleOfItsOwn) {
    problem p{errc::not_found, "x"};
    p.status = 400;
    p.title = "a title";
    const std::string text = text_of(build_problem(p, now, false));
    EXPECT_TRUE(text.starts_with("HTTP/1.1 400 Bad Request\r\n")) << text;
    EXPECT_NE(text.find(R"("title":"a title","status":400)"), text.npos) << text;
    EXPECT_NE(text_of(build_problem({errc::not_found, "x"}, now, false))
                  .find(std::string(describe(errc::not_found).title)),
              text.npos);
}

TEST(PlainResponse, SaysWhenToComeBackWith429And503Alone) {
    auto answer_with = [](int status) {
        problem p{errc::internal, "x"};
        p.status = status;
        return text_of(build_problem(p, now, false));
    };
    for (int status : {429, 503}) {
        EXPECT_NE(answer_with(status).find("\r\nRetry-After: 1\r\n"), std::string::npos) << status;
        EXPECT_NE(answer_with(status).find("\"retry_after\":1}"), std::string::npos) << status;
    }
    for (int status : {400, 428, 430, 500, 502, 504})
        EXPECT_EQ(answer_with(status).find("etry"), std::string::npos) << status;
    problem later{errc::internal, "x"};
    later.retry_after = 30s;
    EXPECT_NE(text_of(build_problem(later, now, false)).find("\r\nRetry-After: 30\r\n"), std::string::npos);
    later.status = 503;
    EXPECT_NE(text_of(build_problem(later, now, false)).find("\r\nRetry-After: 30\r\n"), std::string::npos);
}

TEST(PlainResponse, KnowsTheReasonPhraseOfEachStatus) {
    EXPECT_EQ(reason_phrase(200), "OK");
    EXPECT_EQ(reason_phrase(505), "HTTP Version Not Supported");
    EXPECT_EQ(reason_phrase(299), "Unknown");
}

} // namespace
} // namespace tokenward::local
