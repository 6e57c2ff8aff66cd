// What the IAM says of tokens, scopes and trouble, in words that differ from one cloud to the next.
#include "tests/integration/daemon_under_test.hpp"

#include <gtest/gtest.h>

using namespace tokenward::testing;
using tokenward::support::eventually;

namespace {

constexpr auto totp_seed_line = "      totp_secret: \"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\"\n";
constexpr auto outdated =
    R"({"kind":"status","path":"validate","status":403,"count":-1,
        "body":{"error":{"code":403,"message":"X-Auth-Token is invalid in the request."}}})";
constexpr auto may_not = R"({"kind":"status","path":"validate","status":403,"count":-1,
        "body":{"error":{"code":403,"message":"You are not authorized to do that."}}})";

/// With one login that opens all scopes; further ones may be asked for.
daemon_settings by_rescoping(const iam_standin& iam) {
    iam.add_projects(3);
    return {.auth_url = iam.auth_url(),
            .scopes = "{a: {project_name: p-1}, b: {project_name: p-2}}",
            .extra = "    rescope: always\n    on_demand: true\n"};
}

bool serves(const daemon_under_test& d, const std::string& scope) {
    return d.get("/v1/tokens/ci/" + scope + "?max_wait=0").status == 200;
}

void expect_replaced_parent(const char* fault) {
    iam_standin iam;
    daemon_under_test d(by_rescoping(iam));
    const std::string first = d.fingerprint("a");
    iam.revoke_all();
    iam.fault(fault);
    EXPECT_EQ(member(d.report(first, "a"), "verdict"), "invalidated");
    EXPECT_TRUE(eventually([&] { return serves(d, "a"); }, 10s)) << d.get("/v1/status").body;
    EXPECT_EQ(iam.state().by_method["password"].succeeded, 2U) << "the parent was dead: a new login";
}

/// Keystone, with a user who has a default project and one login for all scopes.
daemon_settings with_default_project(const iam_standin& iam) {
    iam.set(R"({"dialect": "keystone", "rescope_scoped": false})");
    iam.add_projects(3);
    iam.control("POST", "/control/identities",
                R"({"users": [{"name": "mfa-bot", "default_project": "p-1"}]})");
    tokenward::support::output_audit::instance().forbid("the TOTP secret",
                                                        "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    return {.auth_url = iam.auth_url(),
            .scopes = "{a: {project_name: p-1}, b: {project_name: p-2}, c: {project_name: p-3}, none: "
                      "{unscoped: true}}",
            .user = "mfa-bot",
            .more_auth = totp_seed_line,
            .secret = "stand-in-password-of-mfa-bot"};
}

} // namespace

TEST(IamWords, AParentThatTheIamCallsInvalidWith403IsReplaced) {
    expect_replaced_parent(outdated);
}

TEST(IamWords, AParentIsDeadTooIfA403ProvesNothingAndItsProjectsAre401) {
    expect_replaced_parent(may_not);
}

TEST(IamWords, A403WithoutWordsDoesNotCondemnAParentThatOpensItsProjects) {
    iam_standin iam;
    daemon_under_test d(by_rescoping(iam));
    EXPECT_NE(d.token("a"), "");
    iam.fault(may_not);
    const http_reply wrong = d.get("/v1/tokens/ci/project:misspelt");
    EXPECT_NE(wrong.body.find("unknown_scope"), std::string::npos) << wrong.body;
    EXPECT_EQ(iam.state().by_method["password"].succeeded, 1U) << "the parent lives";
}

TEST(IamWords, AUserWithADefaultProjectGetsAllScopesFromOneLogin) {
    iam_standin iam;
    daemon_under_test d(with_default_project(iam));
    for (const char* scope : {"a", "b", "c", "none"}) EXPECT_NE(d.token(scope), "") << scope;
    const auto seen = iam.state();
    EXPECT_EQ(seen.by_method.at("password+totp").attempted, 1U);
    EXPECT_EQ(seen.logins.refused, 0U);
    EXPECT_EQ(d.get("/v1/tokens/ci/none?include=body").body.find("\"project\""), std::string::npos);
}

TEST(IamWords, AnIamThatDoesNotKnowTheWordUnscopedIsAskedWithoutIt) {
    iam_standin iam;
    iam.set(R"({"named_unscoped": false})");
    auto settings = by_rescoping(iam);
    settings.extra = "    rescope: always\n";
    daemon_under_test d(settings);
    for (const char* scope : {"a", "b"}) EXPECT_NE(d.token(scope), "") << scope;
    EXPECT_EQ(iam.state().logins.refused, 1U);
    const std::string first = d.fingerprint("a");
    iam.revoke_all();
    EXPECT_EQ(member(d.report(first, "a"), "verdict"), "invalidated");
    EXPECT_TRUE(eventually([&] { return serves(d, "a"); }, 10s));
    const auto seen = iam.state();
    EXPECT_EQ(seen.by_method.at("password").refused, 1U) << "it is remembered";
    EXPECT_EQ(seen.by_method.at("password").succeeded, 2U);
}

TEST(IamWords, AreShownInAnyLanguageAndForgeNothing) {
    iam_standin iam;
    iam.fault(R"({"kind":"status","status":403,"count":-1,"body":{"error":{"code":403,
        "message":"项目不存在 event=token_served\n\u202e"}}})");
    daemon_under_test d({.auth_url = iam.auth_url(), .scopes = "{}"});
    const http_reply wrong = d.get("/v1/tokens/ci/project:eu-de");
    EXPECT_NE(wrong.body.find("项目不存在"), std::string::npos) << wrong.body;
    EXPECT_EQ(wrong.body.find("\u202e"), std::string::npos) << wrong.body;
    EXPECT_NE(d.get("/v1/status").body.find(R"(项目不存在 event=token_served\\x0a\\u202e)"),
              std::string::npos);
    d.program().wait_for_line(R"(event\x3dtoken_served)");
    const std::string log = d.program().err();
    EXPECT_NE(log.find(R"(项目不存在 event\x3dtoken_served\x0a\u202e)"), std::string::npos) << log;
}

TEST(IamWords, ArePlainForTheIamIsToldSo) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url()});
    EXPECT_NE(d.token(), "");
    const std::string seen = iam.control("GET", "/control/state");
    EXPECT_NE(seen.find(R"("Accept-Encoding":"identity")"), std::string::npos) << seen;
}
