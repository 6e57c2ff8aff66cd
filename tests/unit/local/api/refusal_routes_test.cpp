// DELETE and report: what becomes of a token that a service refused.
#include "tests/unit/local/api/local_side.hpp"

namespace tokenward::local::testing {
namespace {

class RefusalRoutes : public LocalSide {
  protected:
    static std::string body(const std::string& fingerprint, int status, const std::string& text = "") {
        return R"({"fingerprint":")" + fingerprint + R"(","status":)" + std::to_string(status) +
               R"(,"body":")" + text + "\"}";
    }
    reply report(const std::string& text, const std::string& type = "application/json") {
        return send("POST", "/v1/tokens/ci/eu-de/report", "Content-Type: " + type + "\r\n", text);
    }
};

TEST_F(RefusalRoutes, ADeletedTokenIsNotServedAgain) {
    give_token();
    EXPECT_EQ(send("DELETE", "/v1/tokens/ci/eu-de").status, 204);
    auto connection = connect();
    start(*connection, request_text("GET", "/v1/tokens/ci/eu-de"));
    EXPECT_FALSE(connection->answered);
    give(make_token("new", second_fp));
    ASSERT_TRUE(connection->answered);
    EXPECT_EQ(boost::json::value_to<std::string>(split_reply(*connection->answered).json().at("token")),
              "new");
}

TEST_F(RefusalRoutes, DeleteWithIfMatchConcernsThatTokenAlone) {
    give_token();
    reply other = send("DELETE", "/v1/tokens/ci/eu-de", "If-Match: \"" + second_fp + "\"\r\n");
    EXPECT_EQ(other.code(), "precondition_failed");
    EXPECT_EQ(get("/v1/tokens/ci/eu-de").status, 200);
    EXPECT_EQ(send("DELETE", "/v1/tokens/ci/eu-de", "If-Match: \"a\", \"" + first_fp + "\"\r\n").status, 204);
    EXPECT_EQ(send("DELETE", "/v1/tokens/ci/eu-de", "If-Match: *\r\n").status, 412)
        << "nothing is held any more";
}

TEST_F(RefusalRoutes, DeleteWithNothingHeldIsDone) {
    EXPECT_EQ(send("DELETE", "/v1/tokens/ci/eu-de").status, 204);
    EXPECT_EQ(send("DELETE", "/v1/tokens/ci/project:never-asked-for").status, 204);
    EXPECT_EQ(source->fetches, 1) << "only the configured scope's own";
}

TEST_F(RefusalRoutes, AReportAboutTheTokenInvalidatesIt) {
    give_token();
    reply r = report(body(first_fp, 401));
    EXPECT_EQ(r.status, 200);
    EXPECT_EQ(r.body, R"({"verdict":"invalidated","fingerprint":null})");
}

TEST_F(RefusalRoutes, AReportAboutSomethingElseLeavesTheTokenAlone) {
    give_token();
    reply r = report(body(first_fp, 403, "quota exceeded"));
    EXPECT_EQ(r.body, R"({"verdict":"not_about_the_token","fingerprint":")" + first_fp + "\"}");
    EXPECT_EQ(get("/v1/tokens/ci/eu-de").status, 200);
}

TEST_F(RefusalRoutes, ALateReportAboutTheOldTokenLeavesTheNewOneAlone) {
    give_token();
    reply r = report(body(second_fp, 401));
    EXPECT_EQ(r.body, R"({"verdict":"already_replaced","fingerprint":")" + first_fp + "\"}");
    EXPECT_EQ(get("/v1/tokens/ci/eu-de").status, 200);
}

TEST_F(RefusalRoutes, AReportWithNothingHeldHasNoCurrentToken) {
    EXPECT_EQ(report(body(first_fp, 401)).body, R"({"verdict":"already_replaced","fingerprint":null})");
}

TEST_F(RefusalRoutes, ATokenThatWasMintedAMomentAgoIsNotReplacedAgainAndAgain) {
    give_token();
    EXPECT_EQ(report(body(first_fp, 401)).status, 200);
    auto connection = connect();
    start(*connection, request_text("GET", "/v1/tokens/ci/eu-de"));
    give(make_token("new", second_fp));
    reply damped = report(body(second_fp, 401)); // the IAM is asked first, and says that it lives
    EXPECT_EQ(damped.body, R"({"verdict":"damped","fingerprint":")" + second_fp + "\"}");
    EXPECT_EQ(source->validations, 1);
    reply deletion = send("DELETE", "/v1/tokens/ci/eu-de");
    EXPECT_EQ(deletion.code(), "too_many_requests");
    EXPECT_EQ(deletion.json().at("detail"),
              "kept: the IAM says that it is valid; look at the region and permissions");
    EXPECT_GE(std::stoi(deletion.field("Retry-After")), 1);
    EXPECT_EQ(get("/v1/tokens/ci/eu-de").status, 200);
}

TEST_F(RefusalRoutes, AReportMustBeWellFormed) {
    give_token();
    for (const char* text :
         {"", "nonsense", "[]", "{}", R"({"status":401})", R"({"fingerprint":"sha256:1111111111111111"})",
          R"({"fingerprint":"1111111111111111","status":401})",
          R"({"fingerprint":"sha256:111111111111111G","status":401})",
          R"({"fingerprint":"sha256:1111111111111111","status":"401"})",
          R"({"fingerprint":"sha256:1111111111111111","status":99})",
          R"({"fingerprint":"sha256:1111111111111111","status":401,"body":{}})"}) {
        EXPECT_EQ(report(text).code(), "bad_request") << text;
    }
    EXPECT_EQ(report(body(first_fp, 401), "text/plain").code(), "unsupported_media_type");
    EXPECT_EQ(send("POST", "/v1/tokens/ci/eu-de/report", "", body(first_fp, 401)).status, 415);
    EXPECT_EQ(get("/v1/tokens/ci/eu-de").status, 200) << "nothing has happened";
}

} // namespace
} // namespace tokenward::local::testing
