// The codec by tables: requests in all scope forms, answers and refusals row by row.
#include "daemon/iam/keystone_codec.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace tokenward::iam {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

const moment asked{instant(100s), wall_time(1'767'225'600s)}; // 2026-01-01T00:00:00Z

struct codec : testing::Test {
    secret password{"s3cret\"\n\xc3\xa9"};
    auth_config by_name{.username = "ci-bot", .user_domain = {.id = "", .name = "Default"}};
    login_facts facts{"iam.example", "ci", "ci-bot@Default", "eu-de", &password, asked};

    static http_answer answer(unsigned status, std::string_view body) {
        http_answer made{.status = status};
        made.body.assign(body.data(), body.size());
        return made;
    }
    static http_answer created(std::string_view life, std::string_view value = "gAAAAtoken") {
        http_answer made = answer(201, "{\"token\":{" + std::string(life) + "}}");
        made.subject_token = secret(value);
        return made;
    }
    std::string login(const auth_config& who, const scope& target) const {
        wiped_string body = format_login(who, {.value = &password}, target);
        return {body.data(), body.size()};
    }
    static const fetch_failure& failure(const login_answer& parsed) {
        return std::get<fetch_failure>(parsed.result.outcome);
    }
    static const token& granted(const login_answer& parsed) {
        return *std::get<std::shared_ptr<token>>(parsed.result.outcome);
    }
};

using KeystoneRequest = codec;
using KeystoneAnswer = codec;
using KeystoneRefusal = codec;

const std::string life = R"("issued_at":"2026-01-01T00:00:00Z","expires_at":"2026-01-02T00:00:00Z")";

TEST_F(KeystoneRequest, SpellsEveryScopeForm) {
    const std::pair<scope, const char*> table[] = {
        {{scope_kind::unscoped}, "null"},
        {{scope_kind::project_id, "p1"}, R"({"project":{"id":"p1"}})"},
        {{scope_kind::project_name, "eu-de", {"", "D"}},
         R"({"project":{"name":"eu-de","domain":{"name":"D"}}})"},
        {{scope_kind::project_name, "eu-de", {"d1", ""}},
         R"({"project":{"name":"eu-de","domain":{"id":"d1"}}})"},
        {{scope_kind::project_name, "eu-de"}, R"({"project":{"name":"eu-de"}})"},
        {{scope_kind::domain_id, "d1"}, R"({"domain":{"id":"d1"}})"},
        {{scope_kind::domain_name, "D"}, R"({"domain":{"name":"D"}})"},
    };
    for (const auto& [target, expected] : table) {
        json::value body = json::parse(login(by_name, target));
        const json::object& auth = body.at("auth").as_object();
        const json::value* sent = auth.if_contains("scope");
        EXPECT_EQ(sent == nullptr ? json::value() : *sent, json::parse(expected)) << expected;
    }
}

TEST_F(KeystoneRequest, NamesTheUserByNameAndDomainOrById) {
    const scope unscoped{};
    auto user = [&](const auth_config& who) {
        return json::parse(login(who, unscoped)).at("auth").at("identity").at("password").at("user");
    };
    json::value expected = {
        {"name", "ci-bot"}, {"domain", {{"name", "Default"}}}, {"password", "s3cret\"\n\xc3\xa9"}};
    EXPECT_EQ(user(by_name), expected);
    expected = {{"name", "ci-bot"}, {"domain", {{"id", "d9"}}}, {"password", "s3cret\"\n\xc3\xa9"}};
    EXPECT_EQ(user({.username = "ci-bot", .user_domain = {.id = "d9", .name = ""}}), expected);
    expected = {{"id", "u1"}, {"password", "s3cret\"\n\xc3\xa9"}};
    EXPECT_EQ(user({.user_id = "u1"}), expected);
    EXPECT_EQ(json::parse(login(by_name, unscoped)).at("auth").at("identity").at("methods"),
              json::parse(R"(["password"])"));
}

TEST_F(KeystoneRequest, PasswordOfManyKilobytesIsSentWhole) {
    secret large(std::string(20'000, 'x'));
    wiped_string body = format_login(by_name, {.value = &large}, {});
    EXPECT_NE(body.find(std::string(20'000, 'x').c_str()), wiped_string::npos);
}

TEST_F(KeystoneRequest, ShowsWhatEachMethodWants) {
    const secret code{"012345"};
    const auto identity = [&](const auth_config& who, const login_proof& proof) {
        wiped_string body = format_login(who, proof, {});
        return json::parse(json::string_view(body.data(), body.size())).at("auth").at("identity");
    };
    const auth_config by_id{.user_id = "u1"};
    EXPECT_EQ(identity(by_id, {login_method::password_and_totp, &password, &code}),
              json::parse(R"({"methods":["password","totp"],
                              "password":{"user":{"id":"u1","password":"s3cret\"\n\u00e9"}},
                              "totp":{"user":{"id":"u1","passcode":"012345"}}})"));
    EXPECT_EQ(identity(by_name, {login_method::totp, nullptr, &code}), json::parse(R"({"methods":["totp"],
                  "totp":{"user":{"name":"ci-bot","domain":{"name":"Default"},"passcode":"012345"}}})"));
    EXPECT_EQ(identity(by_id, {login_method::token, &code, nullptr}),
              json::parse(R"({"methods":["token"],"token":{"id":"012345"}})"));
    EXPECT_EQ(
        identity({.application_credential_id = "c1"}, {login_method::application_credential, &code, nullptr}),
        json::parse(R"({"methods":["application_credential"],
                              "application_credential":{"id":"c1","secret":"012345"}})"));
    EXPECT_EQ(identity({.user_id = "u1", .application_credential_name = "app"},
                       {login_method::application_credential, &code, nullptr}),
              json::parse(R"({"methods":["application_credential"],
                  "application_credential":{"name":"app","user":{"id":"u1"},"secret":"012345"}})"));
}

TEST_F(KeystoneAnswer, AGivenTokensLifeBeganWhenItWasIssued) {
    const secret given{"gAAAAgiven"};
    facts.proof = &given;
    http_answer from = answer(200, "{\"token\":{" + life + "}}");
    from.date = "Thu, 01 Jan 2026 06:00:00 GMT";
    login_answer described = parse_description(from, facts);
    const token& t = granted(described);
    EXPECT_EQ(t.value, given);
    EXPECT_EQ(t.expires() - asked.boot, 18h) << "by the IAM's clock";
    EXPECT_FALSE(t.renewable);
    from.date = "Thu, 08 Jan 2026 06:00:00 GMT";
    login_answer over = parse_description(from, facts);
    EXPECT_LE(granted(over).expires(), asked.boot);
    EXPECT_EQ(failure(parse_description(answer(404, ""), facts)).error.code, errc::no_such_resource);
}

TEST_F(KeystoneAnswer, DescribesTheToken) {
    http_answer from = created(life + R"(,"methods":["password",7],
        "user":{"id":"u","name":"ci-bot","domain":{"id":"d","name":"D"},"password_expires_at":"2026-11-09T01:42:57.5"},
        "project":{"id":"p","name":"eu-de","domain":{"id":"d2","name":"D2"}}, "roles":[{"id":"0"}])");
    from.date = "Thu, 01 Jan 2026 00:00:05 GMT";
    login_answer parsed = parse_login(from, facts);
    const token& t = granted(parsed);
    EXPECT_EQ(parsed.credential, credential_word::accepted);
    EXPECT_EQ(t.value, secret("gAAAAtoken"));
    EXPECT_EQ(t.lifetime, 24h);
    EXPECT_EQ(t.minted, asked.boot);
    EXPECT_EQ(t.iam_date, asked.wall + 5s);
    EXPECT_EQ(parsed.result.iam_date, asked.wall + 5s);
    EXPECT_EQ(t.user, (named_ref{"u", "ci-bot"}));
    EXPECT_EQ(t.user_domain, (named_ref{"d", "D"}));
    EXPECT_EQ(t.project, (named_ref{"p", "eu-de"}));
    EXPECT_EQ(t.project_domain, (named_ref{"d2", "D2"}));
    EXPECT_FALSE(t.domain);
    EXPECT_EQ(t.methods, std::vector<std::string>{"password"});
    EXPECT_EQ(t.password_expires_at, wall_time(1'794'188'577'500ms));
    EXPECT_EQ(json::parse(t.body).at("token").at("roles").at(0).at("id"), json::value("0"));
    EXPECT_EQ(t.body.find('\n'), std::string::npos);
}

TEST_F(KeystoneAnswer, FingerprintIsTheStartOfSha256) {
    EXPECT_EQ(fingerprint("test"), "sha256:9f86d081884c7d65");
    EXPECT_EQ(granted(parse_login(created(life, "test"), facts)).fingerprint, "sha256:9f86d081884c7d65");
}

TEST_F(KeystoneAnswer, PasswordThatNeverExpiresIsAbsentNullOrEmpty) {
    for (const char* user :
         {R"("user":{})", R"("user":{"password_expires_at":null})", R"("user":{"password_expires_at":""})",
          R"("user":{"password_expires_at":"soon"})"})
        EXPECT_EQ(granted(parse_login(created(life + "," + user), facts)).password_expires_at, std::nullopt)
            << user;
}

TEST_F(KeystoneAnswer, LifeIsCountedFromIssueThenFromDateThenFromOurClock) {
    const std::string expires = R"("expires_at":"2026-01-01T01:00:00.000000Z")";
    EXPECT_EQ(
        granted(parse_login(created(R"("issued_at":"2026-01-01T00:30:00.25Z",)" + expires), facts)).lifetime,
        29min + 59s + 750ms);
    http_answer dated = created(expires);
    dated.date = "Thu, 01 Jan 2026 00:15:00 GMT";
    EXPECT_EQ(granted(parse_login(dated, facts)).lifetime, 45min);
    EXPECT_EQ(granted(parse_login(created(R"("issued_at":null,)" + expires), facts)).lifetime, 1h);
}

TEST_F(KeystoneAnswer, SkewOfTheIamsClockDoesNotShortenTheLife) {
    auto parsed = parse_login(
        created(R"("issued_at":"1999-01-01T00:00:00Z","expires_at":"1999-01-01T01:00:00Z")"), facts);
    EXPECT_EQ(granted(parsed).lifetime, 1h);
    EXPECT_EQ(granted(parsed).expires(), asked.boot + 1h);
}

TEST_F(KeystoneAnswer, LifeOfMillenniaIsCutSoThatItDoesNotOverflow) {
    auto parsed = parse_login(
        created(R"("issued_at":"1970-01-01T00:00:00Z","expires_at":"9999-12-31T23:59:59Z")"), facts);
    EXPECT_GT(granted(parsed).expires(), asked.boot);
    EXPECT_LE(granted(parsed).lifetime, 24h * 3651);
}

TEST_F(KeystoneAnswer, NonsenseWith201IsAProtocolErrorAndTheCredentialIsAccepted) {
    const std::pair<const char*, const char*> table[] = {
        {R"("issued_at":"2026-01-01T00:00:00Z")", "without expires_at"},
        {R"("expires_at":"soon")", "not a time"},
        {R"("expires_at":17)", "not a time"},
        {R"("expires_at":"2026-01-02T00:00:00")", "not a time"},
        {R"("issued_at":"then","expires_at":"2026-01-02T00:00:00Z")", "not a time"},
        {R"("issued_at":"2026-01-02T00:00:00Z","expires_at":"2026-01-02T00:00:00Z")", "expired already"},
        {R"("expires_at":"2020-01-02T00:00:00Z")", "expired already"},
    };
    for (const auto& [token_body, words] : table) {
        auto parsed = parse_login(created(token_body), facts);
        ASSERT_TRUE(std::holds_alternative<fetch_failure>(parsed.result.outcome)) << token_body;
        EXPECT_EQ(failure(parsed).error.code, errc::iam_protocol) << token_body;
        EXPECT_EQ(failure(parsed).retry, retry_rule::back_off) << token_body;
        EXPECT_EQ(parsed.credential, credential_word::accepted) << token_body;
        EXPECT_NE(failure(parsed).error.detail.find(words), std::string::npos)
            << failure(parsed).error.detail;
    }
}

TEST_F(KeystoneAnswer, BodyThatIsNoTokenDocumentIsAProtocolError) {
    const std::string deep = "{\"token\":{\"a\":" + std::string(1000, '[') + std::string(1000, ']') + "}}";
    for (const std::string& body :
         {std::string(), std::string("<html></html>"), std::string("[]"), std::string("{}"),
          std::string(R"({"token":1})"), std::string(R"({"token":{"expires_at")"), deep}) {
        http_answer from = answer(201, body);
        from.subject_token = secret("gAAAA");
        EXPECT_EQ(failure(parse_login(from, facts)).error.code, errc::iam_protocol) << body;
    }
}

TEST_F(KeystoneAnswer, TokenMustBeVisibleAsciiOfAtMost64KiB) {
    EXPECT_EQ(
        granted(parse_login(created(life, std::string(std::size_t{64} * 1024, 'x')), facts)).value.size(),
        64U * 1024);
    for (const std::string& bad : {std::string(), std::string(64 * 1024 + 1, 'x'), std::string("a b"),
                                   std::string("a\r\nb"), std::string("a\xc3\xa9"), std::string("a\x7f")})
        EXPECT_EQ(failure(parse_login(created(life, bad), facts)).error.code, errc::iam_protocol)
            << bad.size();
}

struct refusal_row {
    unsigned status;
    const char* body;
    errc code;
    retry_rule retry;
    const char* words; // in the detail
    credential_word said = credential_word::unsaid;
};

TEST_F(KeystoneRefusal, FollowsTheTableRowByRow) {
    constexpr auto back_off = retry_rule::back_off;
    constexpr auto remember = retry_rule::remember;
    constexpr auto rearm = retry_rule::rearm;
    constexpr auto refused = credential_word::refused;
    const refusal_row table[] = {
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
        EXPECT_EQ(parsed.credential, row.said) << row.status << row.body;
        EXPECT_EQ(parsed.status, row.status);
        for (const char* words : {row.words, "iam.example", "ci", "ci-bot@Default", "eu-de"})
            EXPECT_NE(error.detail.find(words), std::string::npos) << words << " in " << error.detail;
    }
}

TEST_F(KeystoneRefusal, ReceiptMeansThatASecondFactorIsWanted) {
    http_answer from = answer(401, R"({"receipt":{},"required_auth_methods":[["password","totp"]]})");
    from.auth_receipt = secret("a-receipt");
    login_answer parsed = parse_login(from, facts);
    EXPECT_EQ(failure(parsed).error.code, errc::passcode_required);
    EXPECT_EQ(parsed.credential, credential_word::accepted) << "it proves the password right";
    EXPECT_EQ(parsed.receipt, secret("a-receipt"));
    EXPECT_NE(failure(parsed).error.detail.find("a passcode is wanted"), std::string::npos);
}

TEST_F(KeystoneRefusal, ALockedUserIsTriedAgainWhenOpenTelekomCloudUnlocks) {
    auto locked = parse_login(answer(401, R"({"error_code":"IAM.0061","error_msg":"x"})"), facts);
    EXPECT_EQ(failure(locked).error.retry_after, 15min);
}

TEST_F(KeystoneRefusal, AnUnknownApplicationCredentialIs404AndNoScope) {
    facts.method = login_method::application_credential;
    auto parsed = parse_login(answer(404, ""), facts);
    EXPECT_EQ(failure(parsed).error.code, errc::credential_rejected);
    EXPECT_EQ(parsed.credential, credential_word::refused);
}

TEST_F(KeystoneRefusal, RetryAfterIsSecondsOrADateByTheIamsClock) {
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

TEST_F(KeystoneRefusal, QuotesTheIamPrintableAndShort) {
    auto detail = [&](std::string_view body) {
        return failure(parse_login(answer(403, body), facts)).error.detail;
    };
    const std::string tricky = detail(R"({"error":{"message":"a\u001b[31m\nb\u0000"}})");
    EXPECT_NE(tricky.find("'a?[31m?b?'"), std::string::npos) << tricky;
    EXPECT_LT(detail("{\"error\":{\"message\":\"" + std::string(100'000, 'x') + "\"}}").size(), 500U);
}

TEST_F(KeystoneRefusal, WithholdsATextThatQuotesThePassword) {
    for (const char* body : {R"({"error":{"message":"user s3cret\"\n\u00e9 unknown"}})",
                             R"({"error":{"code":"s3cret\"\n\u00e9"}})"}) {
        const std::string detail = failure(parse_login(answer(401, body), facts)).error.detail;
        EXPECT_EQ(detail.find("s3cret"), std::string::npos) << detail;
        EXPECT_NE(detail.find("withheld"), std::string::npos) << detail;
    }
}

TEST(KeystoneValidation, TellsDeadFromAliveAndFromUnknown) {
    const std::pair<unsigned, validity> table[] = {
        {200, validity::alive},   {204, validity::alive},   {401, validity::dead},    {404, validity::dead},
        {403, validity::unknown}, {500, validity::unknown}, {302, validity::unknown},
    };
    for (auto [status, verdict] : table)
        EXPECT_EQ(parse_validation({.status = status}).verdict, verdict) << status;
}

} // namespace
} // namespace tokenward::iam
