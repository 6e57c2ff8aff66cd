// The codec by tables: the answers that bring none, row by row.
#include "tests/unit/iam/codec_fixture.hpp"

namespace tokenward::iam {
namespace {

using KeystoneFailure = codec;

struct failure_row {
    unsigned status;
    const char* body;
    errc code;
    retry_rule retry;
    const char* words; // in the detail
    secret_verdict said = secret_verdict::unsaid;
};

TEST_F(KeystoneFailure, FollowsTheTableRowByRow) {
    constexpr auto back_off = retry_rule::back_off;
    constexpr auto remember = retry_rule::remember;
    constexpr auto rearm = retry_rule::rearm;
    constexpr auto refused = secret_verdict::refused;
    const failure_row table[] = {
        {400, R"({"error":{"code":400,"message":"bad"}})", errc::iam_protocol, remember, "400 'bad'"},
        {400, R"({"error_code":"IAM.1061","error_msg":"x"})", errc::credential_rejected, rearm, "passcode",
         refused},
        {401, R"({"error":{"code":401,"message":"no","title":"Unauthorized"}})", errc::credential_rejected,
         rearm, "password", refused},
        {401, R"({"error_code":"IAM.0061","error_msg":"x"})", errc::credential_rejected, remember, "locked"},
        {401, R"({"error_code":"IAM.0062","error_msg":"x"})", errc::credential_rejected, rearm,
         "401 IAM.0062 'x'", refused},
        {403, R"({"error":{"message":"no role","code":"IAM.0081"}})", errc::no_such_resource, remember,
         "403 IAM.0081 'no role'"},
        {404, "<html>not here</html>", errc::no_such_resource, remember, "404; check the project"},
        {408, "<html>Request Time-out</html>", errc::iam_unavailable, back_off,
         "408; it will be asked again"},
        {425, "", errc::iam_unavailable, back_off, "425; it will be asked again"},
        {409, "", errc::iam_unavailable, back_off, "409"},
        {429, R"({"error_msg":"slow","error_code":"APIGW.0308","request_id":"r"})", errc::iam_unavailable,
         back_off, "APIGW.0308"},
        {500, "", errc::iam_unavailable, back_off, "500"},
        {502, "<html>", errc::iam_unavailable, back_off, "502"},
        {503, R"({"code":"APIGW.0613","message":"down"})", errc::iam_unavailable, back_off,
         "503 APIGW.0613 'down'"},
        {504, "", errc::iam_unavailable, back_off, "504"},
        {200, "{}", errc::iam_protocol, back_off, "200"},
        {202, "", errc::iam_protocol, back_off, "202"},
        {204, "", errc::iam_protocol, back_off, "204"},
        {300, "", errc::iam_protocol, back_off, "redirect"},
        {301, "", errc::iam_protocol, back_off, "redirect"},
        {308, "", errc::iam_protocol, back_off, "redirect"},
        {100, "", errc::iam_protocol, back_off, "100"},
        {413, "", errc::iam_protocol, back_off, "413"},
        {999, "", errc::iam_protocol, back_off, "999"},
    };
    for (const auto& row : table) {
        auto parsed = parse_login(answer(row.status, row.body), facts);
        const problem& error = failure(parsed).error;
        EXPECT_EQ(error.code, row.code) << row.status << row.body;
        EXPECT_EQ(failure(parsed).retry, row.retry) << row.status << row.body;
        EXPECT_EQ(parsed.about_secret, row.said) << row.status << row.body;
        EXPECT_EQ(parsed.status, row.status);
        for (const char* words : {row.words, "iam.example", "ci", "ci-bot@Default", "eu-de"})
            EXPECT_NE(error.detail.find(words), std::string::npos) << words << " in " << error.detail;
    }
}

TEST_F(KeystoneFailure, ReceiptMeansThatASecondFactorIsWanted) {
    http_answer from = answer(401, R"({"receipt":{},"required_auth_methods":[["password","totp"]]})");
    from.auth_receipt = secret("a-receipt");
    login_answer parsed = parse_login(from, facts);
    EXPECT_EQ(failure(parsed).error.code, errc::passcode_required);
    EXPECT_EQ(parsed.about_secret, secret_verdict::accepted) << "it proves the password right";
    EXPECT_EQ(parsed.receipt, secret("a-receipt"));
    EXPECT_NE(failure(parsed).error.detail.find("a passcode is wanted"), std::string::npos);
}

TEST_F(KeystoneFailure, ALockedUserIsTriedAgainWhenOpenTelekomCloudUnlocks) {
    auto locked = parse_login(answer(401, R"({"error_code":"IAM.0061","error_msg":"x"})"), facts);
    EXPECT_EQ(failure(locked).error.retry_after, 15min);
}

TEST_F(KeystoneFailure, AnUnknownApplicationCredentialIs404AndNoScope) {
    facts.method = login_method::application_credential;
    auto parsed = parse_login(answer(404, ""), facts);
    EXPECT_EQ(failure(parsed).error.code, errc::credential_rejected);
    EXPECT_EQ(parsed.about_secret, secret_verdict::refused);
}

TEST_F(KeystoneFailure, RetryAfterIsSecondsOrADateByTheIamsClock) {
    http_answer from = answer(503, "");
    auto wait = [&] { return failure(parse_login(from, facts)).error.retry_after; };
    EXPECT_EQ(wait(), std::nullopt);
    from.retry_after = "17";
    EXPECT_EQ(wait(), 17s);
    from.retry_after = "86400";
    EXPECT_EQ(wait(), 1h);
    from.retry_after = "Thu, 01 Jan 2026 00:00:30 GMT";
    EXPECT_EQ(wait(), 30s);
    from.date = "Thu, 01 Jan 2026 00:00:10 GMT";
    EXPECT_EQ(wait(), 20s);
    from.retry_after = "yesterday";
    EXPECT_EQ(wait(), std::nullopt);
}

TEST_F(KeystoneFailure, QuotesTheIamAsItIsButShortAndWithoutControls) {
    auto detail = [&](std::string_view body) {
        return failure(parse_login(answer(403, body), facts)).error.detail;
    };
    const std::string tricky = detail(R"({"error":{"message":"a\u001b[31m\nb\u0000\u202ec"}})");
    EXPECT_NE(tricky.find(R"('a\x1b[31m\x0ab\x00\u202ec')"), std::string::npos) << tricky;
    EXPECT_LT(detail("{\"error\":{\"message\":\"" + std::string(100'000, 'x') + "\"}}").size(), 500U);
    for (const char* words :
         {"Нет доступа к проекту", "项目不存在", "Zugriff verweigert – Rolle fehlt", "🚫"}) {
        const std::string said =
            detail("{\"error_msg\":\"" + std::string(words) + "\",\"error_code\":\"x\"}");
        EXPECT_NE(said.find(words), std::string::npos) << said;
    }
}

TEST_F(KeystoneFailure, WithholdsATextThatQuotesThePassword) {
    for (const char* body : {R"({"error":{"message":"user s3cret\"\n\u00e9 unknown"}})",
                             R"({"error":{"code":"s3cret\"\n\u00e9"}})"}) {
        const std::string detail = failure(parse_login(answer(401, body), facts)).error.detail;
        EXPECT_EQ(detail.find("s3cret"), std::string::npos) << detail;
        EXPECT_NE(detail.find("withheld"), std::string::npos) << detail;
    }
}

TEST_F(KeystoneFailure, OfRescopingSaysWhetherItsWordsNameTheParent) {
    const http_answer named = answer(403, R"({"error":{"code":403,"message":"X-Auth-Token is invalid."}})");
    EXPECT_FALSE(parse_login(named, facts).names_dead_token) << "a login by password shows no token";
    facts.method = login_method::token;
    EXPECT_TRUE(parse_login(named, facts).names_dead_token);
    EXPECT_TRUE(parse_login(answer(401, "Token has expired"), facts).names_dead_token);
    EXPECT_FALSE(parse_login(answer(401, R"({"error":{"message":"no"}})"), facts).names_dead_token);
    EXPECT_FALSE(parse_login(answer(403, R"({"error":{"message":"no role"}})"), facts).names_dead_token);
}

using KeystoneValidation = codec;

constexpr auto outdated = R"({"error":{"code":403,"message":"X-Auth-Token is invalid in the request."}})";
constexpr auto may_not = R"({"error":{"code":403,"message":"You are not authorized to do that."}})";

TEST_F(KeystoneValidation, TellsDeadFromAliveAndFromUnknown) {
    const std::tuple<unsigned, const char*, validity> table[] = {
        {200, "", validity::alive},        {204, "", validity::alive},
        {401, "", validity::dead},         {404, "", validity::dead},
        {403, "", validity::unknown},      {500, "", validity::unknown},
        {302, "", validity::unknown},      {403, outdated, validity::dead},
        {403, may_not, validity::unknown}, {500, outdated, validity::unknown},
    };
    for (auto [status, body, verdict] : table)
        EXPECT_EQ(parse_validation(answer(status, body)).verdict, verdict) << status << body;
}

TEST_F(KeystoneValidation, AsksFurtherWhereAnAnswerSaysTooLittle) {
    for (unsigned status : {403U, 405U, 501U}) EXPECT_TRUE(says_too_little(answer(status, ""))) << status;
    for (unsigned status : {200U, 401U, 404U, 503U})
        EXPECT_FALSE(says_too_little(answer(status, ""))) << status;
    EXPECT_TRUE(proves_nothing(answer(403, may_not)));
    EXPECT_TRUE(proves_nothing(answer(403, "")));
    EXPECT_FALSE(proves_nothing(answer(403, outdated)));
    EXPECT_FALSE(proves_nothing(answer(401, "")));
}

TEST_F(KeystoneValidation, ItsProjectsDecideInTheEnd) {
    const std::tuple<unsigned, const char*, validity> table[] = {
        {200, "{}", validity::alive},      {401, "", validity::dead},    {403, outdated, validity::dead},
        {403, may_not, validity::unknown}, {404, "", validity::unknown}, {500, "", validity::unknown},
    };
    for (auto [status, body, verdict] : table)
        EXPECT_EQ(parse_projects(answer(status, body)).verdict, verdict) << status << body;
}

} // namespace
} // namespace tokenward::iam
