// Each request gets its own answer: what an IAM sends too early, too late or twice is nobody's token.
#include "tests/integration/daemon_under_test.hpp"
#include "tests/support/test_ca.hpp"

#include <gtest/gtest.h>

using namespace tokenward::testing;
using tokenward::support::test_ca;

namespace {

constexpr auto one_mfa_seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"; // of the stand-in, as in its README.md

/// The IAM's own description of the token, as a caller gets it.
std::string body_of(const daemon_under_test& d, const std::string& project) {
    return d.get("/v1/tokens/ci/project:" + project + "?include=body").body;
}

bool is_for(const std::string& body, const std::string& project) {
    return body.find("\"name\":\"" + project + "\"") != std::string::npos;
}

class OneAnswer : public ::testing::TestWithParam<bool> {
  protected:
    OneAnswer()
        : x_served(x_ca.server()), iam({.tls_certificate = x_served.certificate, .tls_key = x_served.key}),
          settings{.auth_url = GetParam() ? iam.tls_auth_url() : iam.auth_url(),
                   .scopes = "{}",
                   .extra = "    cacert: " + x_ca.certificate().string() + "\n"} {
        if (!GetParam()) settings.extra.clear();
    }

  private:
    test_ca x_ca;
    tokenward::support::key_and_certificate x_served;

  protected:
    iam_standin iam;
    daemon_settings settings;
};

} // namespace

TEST_P(OneAnswer, AnInterimAnswerAheadOfTheHonestOneMixesNoTokensUp) {
    for (const char* status : {"100", "102", "103"}) {
        iam.fault(std::string(R"({"kind":"interim","ms":500,"status":)") + status + "}");
        daemon_under_test d(settings);
        (void)body_of(d, "eu-de");
        const std::string second = body_of(d, "eu-nl");
        EXPECT_TRUE(is_for(second, "eu-nl")) << second;
        EXPECT_FALSE(is_for(second, "eu-de")) << second;
        EXPECT_TRUE(is_for(body_of(d, "eu-de"), "eu-de"));
        iam.clear_faults();
    }
}

TEST_P(OneAnswer, AnAnswerThatNobodyAskedForIsNobodys) {
    iam.fault(R"({"kind":"second_answer","count":-1})");
    daemon_under_test d(settings);
    for (const char* project : {"eu-de", "eu-nl", "eu-de_staging"}) {
        const std::string body = body_of(d, project);
        EXPECT_TRUE(is_for(body, project)) << body;
    }
    EXPECT_EQ(iam.logins(), 3U);
    EXPECT_EQ(iam.state().connections, 3U);
}

TEST_P(OneAnswer, AnAnswerThatNobodyAskedForIsNobodysHoweverLate) {
    iam.fault(R"({"kind":"second_answer","ms":50,"count":-1})");
    daemon_under_test d(settings);
    EXPECT_TRUE(is_for(body_of(d, "eu-de"), "eu-de"));
    const std::string second = body_of(d, "eu-nl"); // it may come when this is being asked
    EXPECT_EQ(second.find("of-nobody"), std::string::npos) << second;
}

TEST_P(OneAnswer, ATokenOfAnotherScopeOrUserIsNeverServed) {
    for (const auto& [fault, words] :
         {std::pair(R"({"kind":"mixed_up","project":"eu-de"})", "a token for project eu-de"),
          {R"({"kind":"mixed_up","user":"root"})", "a token of user root"}}) {
        daemon_under_test d(settings);
        EXPECT_TRUE(is_for(body_of(d, "eu-de"), "eu-de"));
        iam.fault(fault);
        auto reply = d.get("/v1/tokens/ci/project:eu-nl");
        EXPECT_EQ(reply.status, 502) << reply.body;
        EXPECT_EQ(member(reply.body, "type"), "urn:tokenward:iam_protocol") << reply.body;
        EXPECT_NE(reply.body.find(std::string(words)), std::string::npos) << reply.body;
        EXPECT_TRUE(tokenward::support::eventually([&] { return is_for(body_of(d, "eu-nl"), "eu-nl"); }));
    }
    EXPECT_EQ(iam.state().connections, 4U) << "the connection that it came on is not used again";
}

TEST_P(OneAnswer, ALoginWhoseAnswerIsLostIsNotSentAgain) {
    daemon_under_test d(settings);
    EXPECT_TRUE(is_for(body_of(d, "eu-de"), "eu-de"));
    iam.fault(R"({"kind":"reset"})");
    auto reply = d.get("/v1/tokens/ci/project:eu-nl");
    EXPECT_EQ(reply.status, 503) << reply.body;
    EXPECT_NE(reply.body.find("the answer was lost"), std::string::npos) << reply.body;
    EXPECT_EQ(iam.logins(), 2U);
}

TEST_P(OneAnswer, AnIamThatSendsABodyWithItsAnswerToHeadLetsAnMfaUserIn) {
    iam.fault(R"({"kind":"body_to_head","path":"other","count":-1})");
    tokenward::support::output_audit::instance().forbid("the TOTP secret", one_mfa_seed);
    settings.user = "mfa-bot";
    settings.secret = "stand-in-password-of-mfa-bot";
    settings.more_auth = std::string("      totp_secret: \"") + one_mfa_seed + "\"\n";
    daemon_under_test d(settings);
    EXPECT_TRUE(is_for(body_of(d, "eu-de"), "eu-de")) << body_of(d, "eu-de");
    EXPECT_EQ(iam.state().by_method["password+totp"].attempted, 1U);
}

TEST_P(OneAnswer, TheConnectionIsKeptAllTheSame) {
    iam.fault(R"({"kind":"late_ticket","count":-1})");
    daemon_under_test d(settings);
    for (const char* project : {"eu-de", "eu-nl", "eu-de_staging"})
        EXPECT_TRUE(is_for(body_of(d, project), project));
    EXPECT_EQ(iam.state().connections, 1U);
}

INSTANTIATE_TEST_SUITE_P(Over, OneAnswer, ::testing::Bool(),
                         [](const auto& row) { return row.param ? "Tls" : "Tcp"; });
