// The codec by tables: requests in all scope forms, and the answers that bring a token.
#include "tests/unit/iam/codec_fixture.hpp"

#include <boost/json.hpp>

namespace tokenward::iam {
namespace {

namespace json = boost::json;
using KeystoneRequest = codec;
using KeystoneAnswer = codec;

const std::string life = R"("issued_at":"2026-01-01T00:00:00Z","expires_at":"2026-01-02T00:00:00Z")";

TEST_F(KeystoneRequest, SpellsEveryScopeForm) {
    const std::pair<scope, const char*> table[] = {
        {{scope_kind::unscoped}, R"({"unscoped":{}})"},
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

// Keystone gives the user's default project to who names no scope.
TEST_F(KeystoneRequest, NamesThatItWantsNoScopeUnlessTheIamDoesNotKnowThat) {
    const auto scope_of = [&](const login_proof& proof) {
        wiped_string body = format_login(by_name, proof, {});
        const json::value root = json::parse(json::string_view(body.data(), body.size()));
        const json::value* sent = root.at("auth").as_object().if_contains("scope");
        return sent == nullptr ? "none" : json::serialize(*sent);
    };
    const secret code{"012345"};
    for (const login_method method :
         {login_method::password, login_method::password_and_totp, login_method::totp, login_method::token}) {
        login_proof proof{.method = method, .value = &password, .passcode = &code};
        EXPECT_EQ(scope_of(proof), R"({"unscoped":{}})");
        proof.omit_unscoped = true;
        EXPECT_EQ(scope_of(proof), "none");
    }
    EXPECT_EQ(scope_of({.method = login_method::application_credential, .value = &password}), "none")
        << "it brings its own";
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
    from.date = "Fri, 31 Dec 9999 23:59:59 GMT"; // in nanoseconds it would be in the past
    EXPECT_LE(granted(parse_description(from, facts)).expires(), asked.boot);
    EXPECT_EQ(failure(parse_description(answer(404, ""), facts)).error.code, errc::no_such_resource);
}

TEST_F(KeystoneAnswer, DescribesTheToken) {
    http_answer from = created(life + R"(,"methods":["password",7],
        "user":{"id":"u","name":"ci-bot","domain":{"id":"d","name":"D"},"password_expires_at":"2026-11-09T01:42:57.5"},
        "project":{"id":"p","name":"eu-de","domain":{"id":"d2","name":"D2"}}, "roles":[{"id":"0"}])");
    from.date = "Thu, 01 Jan 2026 00:00:05 GMT";
    login_answer parsed = parse_login(from, facts);
    const token& t = granted(parsed);
    EXPECT_EQ(parsed.about_secret, secret_verdict::accepted);
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
}

TEST_F(KeystoneAnswer, TimesWithoutAZoneAreUtc) {
    const login_answer parsed = parse_login(
        created(R"("issued_at":"2026-01-01T00:00:00.000000","expires_at":"2026-01-02T00:00:00")"), facts);
    EXPECT_EQ(granted(parsed).lifetime, 24h);
    EXPECT_EQ(granted(parsed).expires_at, asked.wall + 24h);
}

TEST_F(KeystoneAnswer, AnIssueThatMakesNoSenseLosesNoToken) {
    for (const char* issued : {R"("then")", "17", R"("")", "null", "{}", R"("2026-01-01")",
                               R"("2026-01-02T00:00:00Z")", R"("2030-01-01T00:00:00Z")"}) {
        http_answer from =
            created(std::string(R"("issued_at":)") + issued + R"(,"expires_at":"2026-01-02T00:00:00Z")");
        EXPECT_EQ(granted(parse_login(from, facts)).lifetime, 24h) << issued << ": by our clock";
        from.date = "Thu, 01 Jan 2026 06:00:00 GMT";
        EXPECT_EQ(granted(parse_login(from, facts)).lifetime, 18h) << issued << ": by the IAM's clock";
    }
}

TEST_F(KeystoneAnswer, IsKeptByteForByte) {
    const std::string body =
        "{ \"x\" : 1e400 ,\n\"token\":{" + life +
        ",\"catalog\":[12345678901234567890123, 1.10, \"\\u00e4\\/\"], \"y\":-0.0}, \"links\":{}}";
    http_answer from = answer(201, " \r\n" + body + "\n");
    from.subject_token = secret("gAAAAtoken");
    EXPECT_EQ(granted(parse_login(from, facts)).body, body);
    const secret given("gAAAAgiven");
    facts.proof = &given;
    EXPECT_EQ(granted(parse_description(answer(200, body), facts)).body, body);
}

TEST_F(KeystoneAnswer, IsKeptWithoutTheToken) {
    const login_answer parsed =
        parse_login(created(life + R"(,"id":"gAAAAtoken","note":"gAAAAtoken2","gAAAAtoken":1)"), facts);
    const token& t = granted(parsed);
    EXPECT_EQ(t.body, "{\"token\":{" + life + R"(,"id":"[redacted]","note":"gAAAAtoken2","[redacted]":1}})");
    EXPECT_EQ(t.value, secret("gAAAAtoken"));
}

TEST_F(KeystoneAnswer, OfTwoMembersTheLastCounts) {
    EXPECT_EQ(granted(parse_login(created(life + R"(,"user":{"id":"a"},"user":{"id":"b"})"), facts)).user.id,
              "b");
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
        {R"("issued_at":"2026-01-02T00:00:00Z","expires_at":"2025-12-31T00:00:00Z")", "expired already"},
        {R"("expires_at":"2020-01-02T00:00:00Z")", "expired already"},
    };
    for (const auto& [token_body, words] : table) {
        auto parsed = parse_login(created(token_body), facts);
        ASSERT_TRUE(std::holds_alternative<fetch_failure>(parsed.result.outcome)) << token_body;
        EXPECT_EQ(failure(parsed).error.code, errc::iam_protocol) << token_body;
        EXPECT_EQ(failure(parsed).retry, retry_rule::back_off) << token_body;
        EXPECT_EQ(parsed.about_secret, secret_verdict::accepted) << token_body;
        EXPECT_NE(failure(parsed).error.detail.find(words), std::string::npos)
            << failure(parsed).error.detail;
    }
}

TEST_F(KeystoneAnswer, BodyThatIsNoTokenDocumentIsAProtocolError) {
    const std::string deep = "{\"token\":{\"a\":" + std::string(1000, '[') + std::string(1000, ']') + "}}";
    for (const std::string& body :
         {std::string(), std::string("<html></html>"), std::string("[]"), std::string("{}"),
          std::string(R"({"token":1})"), std::string(R"({"token":{"expires_at")"), deep,
          "{\"token\":{" + life + "},\"token\":{" + life + "}}",
          "{\"token\":{" + life + "},\"\\u0074oken\":7}", "{\"token\":7,\"token\":{" + life + "}}",
          "{\"token\":{" + life + ",\"catalog\":[],\"catalog\":[]}}",
          "{\"token\":{" + life + ",\"x\":\"\xff\"}}", "{\"token\":{" + life + ",\"\xc3\":1}}",
          "{\"token\":{" + life + "},\"x\":\"\xed\xa0\x80\"}", "{\"token\":{" + life + "}}}",
          "{\"token\":{" + life + "}} x", "{\"token\":{" + life + ",\"catalog\":[1,]}}",
          "{\"token\":{" + life + ",\"catalog\":[01]}}"}) {
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

} // namespace
} // namespace tokenward::iam
