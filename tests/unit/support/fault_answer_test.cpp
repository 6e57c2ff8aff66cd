// Faults that change what the IAM says.
#include "tests/unit/support/standin_fixture.hpp"

#include <gmock/gmock.h>

namespace tokenward::support {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class AnswerFault : public standin_test {
  protected:
    http_reply log_in_with(std::string_view fault) const {
        x_iam.fault(fault);
        return log_in();
    }

    /// The value of expires_at, or what stands around it.
    std::string expiry_of(std::string_view form) const {
        const auto body = log_in_with(R"({"kind": "expiry", "form": ")" + std::string(form) + R"("})").body;
        const auto at = body.find(R"("expires_at":")");
        return at == std::string::npos ? "absent" : body.substr(at + 14, body.find('"', at + 14) - at - 14);
    }
};

TEST_F(AnswerFault, AnyStatusWithRetryAfterInSeconds) {
    const auto reply = log_in_with(R"({"kind": "status", "status": 429, "retry_after": 7})");
    EXPECT_EQ(reply.status, 429);
    EXPECT_EQ(reply.header("Retry-After"), "7");
    EXPECT_THAT(reply.body, HasSubstr(R"("code":429)"));
}

TEST_F(AnswerFault, AnyStatusWithRetryAfterAsADate) {
    const auto reply = log_in_with(R"({"kind": "status", "status": 503, "retry_after_date": 5})");
    EXPECT_THAT(reply.header("Retry-After"), ::testing::ContainsRegex("^[A-Z][a-z]+, .* GMT$"));
    EXPECT_NE(reply.header("Retry-After"), reply.header("Date"));
}

TEST_F(AnswerFault, AnyBodyAndHeaders) {
    const auto html = log_in_with(
        R"({"kind": "status", "status": 502, "body": "<html/>", "headers": {"Via": "a gateway"}})");
    EXPECT_EQ(html.body, "<html/>");
    EXPECT_EQ(html.header("Content-Type"), "text/html");
    EXPECT_EQ(html.header("Via"), "a gateway");
    EXPECT_EQ(log_in_with(R"({"kind": "status", "status": 400, "body": {"code": "x"}})").body,
              R"({"code":"x"})");
}

TEST_F(AnswerFault, StrikesAsOftenAsItSays) {
    x_iam.fault(R"({"kind": "status", "status": 500, "count": 2})");
    EXPECT_EQ(log_in().status, 500);
    EXPECT_EQ(log_in().status, 500);
    EXPECT_EQ(log_in().status, 201);
}

TEST_F(AnswerFault, StrikesUntilItIsCleared) {
    x_iam.fault(R"({"kind": "status", "status": 500, "count": -1})");
    for (int i = 0; i < 5; ++i) EXPECT_EQ(log_in().status, 500);
    x_iam.clear_faults();
    EXPECT_EQ(log_in().status, 201);
    EXPECT_EQ(x_iam.state().logins.faulted, 5);
    EXPECT_EQ(x_iam.state().logins.succeeded, 1);
}

TEST_F(AnswerFault, StrikesOneAfterTheOther) {
    x_iam.fault(R"({"kind": "status", "status": 500})");
    x_iam.fault(R"({"kind": "status", "status": 502})");
    EXPECT_EQ(log_in().status, 500);
    EXPECT_EQ(log_in().status, 502);
}

TEST_F(AnswerFault, StrikesOnlyThePathThatItNames) {
    x_iam.fault(R"({"kind": "status", "status": 503, "path": "service"})");
    x_iam.fault(R"({"kind": "status", "status": 500, "path": "validate"})");
    const auto token = new_token();
    EXPECT_FALSE(token.empty());
    EXPECT_EQ(use(token).status, 503);
    EXPECT_EQ(x_iam.connect().get("/v3/auth/tokens").status, 500);
}

TEST_F(AnswerFault, RedirectNamesTheGivenLocation) {
    const auto reply =
        log_in_with(R"({"kind": "redirect", "status": 308, "location": "http://elsewhere.example/"})");
    EXPECT_EQ(reply.status, 308);
    EXPECT_EQ(reply.header("Location"), "http://elsewhere.example/");
}

TEST_F(AnswerFault, NotJsonIs201WithHtml) {
    const auto reply = log_in_with(R"({"kind": "not_json"})");
    EXPECT_EQ(reply.status, 201);
    EXPECT_THAT(reply.body, HasSubstr("<html>"));
}

TEST_F(AnswerFault, NoTokenHeaderIsA201WithoutAToken) {
    const auto reply = log_in_with(R"({"kind": "no_token_header"})");
    EXPECT_EQ(reply.status, 201);
    EXPECT_FALSE(reply.has_header("X-Subject-Token"));
}

TEST_F(AnswerFault, TwoTokenHeadersAreTheSameTwice) {
    EXPECT_EQ(log_in_with(R"({"kind": "two_token_headers"})").count_header("X-Subject-Token"), 2);
}

TEST_F(AnswerFault, ExpiryInEveryWrongOrRareForm) {
    EXPECT_EQ(expiry_of("absent"), "absent");
    EXPECT_EQ(expiry_of("not_a_time"), "tomorrow at noon");
    EXPECT_THAT(expiry_of("whole_seconds"), ::testing::ContainsRegex("T[0-9:]+Z$"));
    EXPECT_THAT(expiry_of("utc_offset"), ::testing::ContainsRegex("T[0-9:]+[+]00:00$"));
    x_iam.set(R"({"clock_stopped": true, "lifetime": -3600})");
    const auto an_hour_ago = expiry_of("past");
    EXPECT_THAT(log_in().body, HasSubstr(an_hour_ago));
}

TEST_F(AnswerFault, HugeHeaderIsAsBigAsItSays) {
    EXPECT_EQ(log_in_with(R"({"kind": "huge_header", "kib": 65})").header("X-Padding").size(), 65 * 1024);
}

TEST_F(AnswerFault, HugeBodyIsAsBigAsItSaysAndStillJson) {
    const auto body = log_in_with(R"({"kind": "huge_body", "mib": 9})").body;
    EXPECT_GT(body.size(), 9U << 20U);
    EXPECT_TRUE(body.ends_with("x\"}"));
}

TEST_F(AnswerFault, DeadOnArrivalIsATokenThatNobodyTakes) {
    const auto token = log_in_with(R"({"kind": "dead_on_arrival"})").header("X-Subject-Token");
    ASSERT_FALSE(token.empty());
    EXPECT_EQ(use(token).status, 401);
}

TEST_F(AnswerFault, ThatIsMisspeltIsRefused) {
    EXPECT_THROW(x_iam.fault(R"({"kind": "statsu"})"), std::runtime_error);
    EXPECT_THROW(x_iam.fault(R"({"kind": "chunked", "status": 503})"), std::runtime_error);
    EXPECT_THROW(x_iam.fault(R"({"kind": "chunked", "path": "nowhere"})"), std::runtime_error);
    EXPECT_EQ(log_in().status, 201);
}

} // namespace
} // namespace tokenward::support
