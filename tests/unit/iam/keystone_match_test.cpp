// A token that is not for what was asked for: never used, whatever else is right about it.
#include "tests/unit/iam/codec_fixture.hpp"

namespace tokenward::iam {
namespace {

class KeystoneMatch : public codec {
  protected:
    login_answer log_in(std::string_view more) const {
        return parse_login(
            created(R"("issued_at":"2026-01-01T00:00:00Z","expires_at":"2026-01-02T00:00:00Z")" +
                    std::string(more)),
            facts);
    }
    bool is_used(std::string_view more) const {
        const login_answer parsed = log_in(more);
        if (has_token(parsed)) return true;
        EXPECT_EQ(failure(parsed).error.code, errc::iam_protocol) << more;
        EXPECT_EQ(failure(parsed).retry, retry_rule::back_off) << more;
        EXPECT_EQ(parsed.about_secret, secret_verdict::unsaid)
            << "another's answer says nothing of our secret";
        EXPECT_EQ(parsed.reach, login_reach::answer_lost) << more;
        return false;
    }
    scope beta{scope_kind::project_name, "beta", {.id = "", .name = "acme"}};
};

} // namespace

TEST_F(KeystoneMatch, ATokenForAnotherScopeIsNotUsed) {
    facts.target = &beta;
    EXPECT_TRUE(is_used(R"(,"project":{"id":"p","name":"Beta","domain":{"name":"ACME"}})"));
    EXPECT_TRUE(is_used(R"(,"project":{"id":"p","name":"beta"})")) << "what is left out contradicts nothing";
    EXPECT_TRUE(is_used(""));
    EXPECT_FALSE(is_used(R"(,"project":{"id":"p","name":"alpha","domain":{"name":"acme"}})"));
    EXPECT_FALSE(is_used(R"(,"project":{"id":"p","name":"beta","domain":{"name":"other"}})"));
    EXPECT_FALSE(is_used(R"(,"domain":{"id":"d","name":"acme"})"));
    const scope by_id{scope_kind::project_id, "p-1"};
    facts.target = &by_id;
    EXPECT_TRUE(is_used(R"(,"project":{"id":"p-1","name":"beta"})"));
    EXPECT_FALSE(is_used(R"(,"project":{"id":"P-1","name":"beta"})"));
}

TEST_F(KeystoneMatch, ATokenForTheWholeSystemIsNotUsedForAProjectOrDomain) {
    const std::string_view whole = R"(,"system":{"all":true})";
    const scope acme{scope_kind::domain_name, "acme"};
    for (const scope* wanted : {&std::as_const(beta), &acme}) {
        facts.target = wanted;
        EXPECT_FALSE(is_used(whole)) << wanted->value;
    }
    const scope none;
    facts.target = &none;
    EXPECT_TRUE(is_used(whole)) << "the IAM's own choice";
}

TEST_F(KeystoneMatch, WhatWasNotAskedForIsNotCompared) {
    const std::string_view alpha = R"(,"project":{"id":"p","name":"alpha"},"user":{"id":"u","name":"x"})";
    EXPECT_TRUE(is_used(alpha));
    const scope none;
    facts.target = &none;
    EXPECT_TRUE(is_used(alpha)) << "the IAM's own choice: the user's default project";
    facts.target = &beta;
    facts.method = login_method::application_credential;
    const auth_config by_credential{.application_credential_id = "c"};
    facts.who = &by_credential;
    EXPECT_TRUE(is_used(alpha)) << "it brings its own";
}

TEST_F(KeystoneMatch, ATokenOfAnotherUserIsNotUsed) {
    facts.who = &by_name;
    EXPECT_TRUE(is_used(R"(,"user":{"id":"u","name":"CI-bot","domain":{"id":"default","name":"default"}})"));
    EXPECT_TRUE(is_used(R"(,"user":{"id":"u"})"));
    EXPECT_FALSE(is_used(R"(,"user":{"id":"u","name":"root","domain":{"name":"Default"}})"));
    EXPECT_FALSE(is_used(R"(,"user":{"id":"u","name":"ci-bot","domain":{"name":"other"}})"));
    const auth_config by_id{.user_id = "u"};
    facts.who = &by_id;
    EXPECT_TRUE(is_used(R"(,"user":{"id":"u","name":"renamed"})"));
    EXPECT_FALSE(is_used(R"(,"user":{"id":"v","name":"ci-bot"})"));
    const auth_config by_credential{.user_id = "u", .application_credential_name = "app"};
    facts.who = &by_credential;
    facts.method = login_method::application_credential;
    EXPECT_FALSE(is_used(R"(,"user":{"id":"v"})"));
}

TEST_F(KeystoneMatch, ARescopedTokenIsOfItsParentsUser) {
    const named_ref parent{"u", "ci-bot"};
    facts.method = login_method::token;
    facts.holder = &parent;
    EXPECT_TRUE(is_used(R"(,"user":{"id":"u","name":"ci-bot"})"));
    EXPECT_TRUE(is_used(""));
    EXPECT_FALSE(is_used(R"(,"user":{"id":"v","name":"ci-bot"})"));
    const named_ref nameless{};
    facts.holder = &nameless;
    EXPECT_TRUE(is_used(R"(,"user":{"id":"v","name":"ci-bot"})"));
    facts.who = &by_name;
    EXPECT_FALSE(is_used(R"(,"user":{"id":"v","name":"root"})"));
}

TEST_F(KeystoneMatch, TheErrorSaysWhatWasAskedForAndWhatCame) {
    facts.target = &beta;
    facts.scope = "project:beta";
    EXPECT_EQ(
        failure(log_in(R"(,"project":{"id":"p","name":"alpha"})")).error.detail,
        "the IAM iam.example answered the login of ci for project:beta with 201 and a token for project "
        "alpha: it is not used");
    const std::string odd = R"(,"project":{"id":"p","name":"a\nb)" + std::string(1000, 'x') + "\"}";
    const std::string detail = failure(log_in(odd)).error.detail;
    EXPECT_NE(detail.find("a\\x0ab"), std::string::npos);
    EXPECT_LT(detail.size(), 600U);
}

TEST_F(KeystoneMatch, ADescriptionOfAnotherTokenIsNotTakenForThatOfTheGivenOne) {
    const secret given{"gAAAAgiven"};
    facts.proof = &given;
    http_answer from =
        answer(200, R"({"token":{"issued_at":"2026-01-01T00:00:00Z","expires_at":"2026-01-02T00:00:00Z"}})");
    EXPECT_TRUE(has_token(parse_description(from, facts))) << "it may leave the header out";
    from.subject_token = secret("gAAAAgiven");
    EXPECT_TRUE(has_token(parse_description(from, facts)));
    from.subject_token = secret("gAAAAanother");
    const login_answer another = parse_description(from, facts);
    ASSERT_FALSE(has_token(another));
    EXPECT_EQ(failure(another).error.code, errc::iam_protocol);
    EXPECT_EQ(failure(another).error.detail.find("gAAAA"), std::string::npos);
    from.subject_token = {};
    from.status = 201;
    EXPECT_FALSE(has_token(parse_description(from, facts))) << "the answer to a login is no description";
}

TEST_F(KeystoneMatch, ABodyThatIsCompressedIsNamedAsSuch) {
    http_answer from = answer(201, "\x1f\x8b\x08");
    from.subject_token = secret("gAAAA");
    from.content_encoding = "gzip";
    EXPECT_NE(failure(parse_login(from, facts)).error.detail.find("in the coding 'gzip'"), std::string::npos)
        << failure(parse_login(from, facts)).error.detail;
}

TEST_F(KeystoneMatch, AGatewaysWordLeavesOpenWhetherTheLoginWasCounted) {
    for (const unsigned status : {502U, 504U})
        EXPECT_EQ(parse_login(answer(status, ""), facts).reach, login_reach::answer_lost) << status;
    for (const unsigned status : {201U, 400U, 401U, 403U, 404U, 429U, 503U})
        EXPECT_EQ(parse_login(answer(status, ""), facts).reach, login_reach::answered) << status;
}

} // namespace tokenward::iam
