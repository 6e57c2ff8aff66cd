// What an IAM can do wrong, one by one: each has a clear error, loses nothing, and is over when the IAM is
// well again.
#include "tests/integration/daemon_under_test.hpp"

#include <gtest/gtest.h>

using namespace tokenward::testing;
using tokenward::support::eventually;

namespace {

struct fault_row {
    const char* name;
    const char* fault;
    const char* urn; ///< null: it does no harm
};

const fault_row rows[] = {
    {"Overload", R"({"kind":"status","status":503,"retry_after":1})", "iam_unavailable"},
    {"RequestTimeout", R"({"kind":"status","status":408,"retry_after":1})", "iam_unavailable"},
    {"TooEarly", R"({"kind":"status","status":425,"retry_after":1})", "iam_unavailable"},
    {"RateLimit", R"({"kind":"status","status":429,"retry_after":1})", "iam_unavailable"},
    {"InternalError", R"({"kind":"status","status":500})", "iam_unavailable"},
    {"Redirect", R"({"kind":"redirect","location":"http://127.0.0.1:1/v3/auth/tokens"})", "iam_protocol"},
    {"Reset", R"({"kind":"reset"})", "iam_unavailable"},
    {"ResetInMidAnswer", R"({"kind":"reset","after_bytes":300})", "iam_unavailable"},
    {"CutShort", R"({"kind":"cut_short"})", "iam_unavailable"},
    {"Html", R"({"kind":"not_json"})", "iam_protocol"},
    {"NoTokenHeader", R"({"kind":"no_token_header"})", "iam_protocol"},
    {"ExpiryInThePast", R"({"kind":"expiry","form":"past"})", "iam_protocol"},
    {"NoExpiry", R"({"kind":"expiry","form":"absent"})", "iam_protocol"},
    {"ExpiryThatIsNoTime", R"({"kind":"expiry","form":"not_a_time"})", "iam_protocol"},
    {"ExpiryWithoutFraction", R"({"kind":"expiry","form":"whole_seconds"})", nullptr},
    {"ExpiryWithOffset", R"({"kind":"expiry","form":"utc_offset"})", nullptr},
    {"HugeHeader", R"({"kind":"huge_header","kib":1000})", "iam_unavailable|iam_protocol"},
    {"HugeField", R"({"kind":"huge_header","kib":100})", "iam_protocol"},
    {"HugeBody", R"({"kind":"huge_body","mib":40})", "iam_unavailable|iam_protocol"},
    {"EndlessBody", R"({"kind":"endless_body"})", "iam_unavailable|iam_protocol"},
    {"TwoTokenHeaders", R"({"kind":"two_token_headers"})", nullptr},
    {"Chunked", R"({"kind":"chunked"})", nullptr},
    {"Http10", R"({"kind":"http_1_0"})", nullptr},
    {"LowerCaseHeaders", R"({"kind":"lower_case"})", nullptr},
    {"InterimAnswer", R"({"kind":"interim","status":100})", nullptr},
    {"InterimAnswersAhead", R"({"kind":"interim","times":10,"ms":500})", nullptr},
    {"InterimAnswersWithoutEnd", R"({"kind":"interim","times":5000})", "iam_unavailable|iam_protocol"},
    {"AnotherProtocol", R"({"kind":"interim","status":101})", "iam_protocol"},
    {"SecondAnswer", R"({"kind":"second_answer"})", nullptr},
    {"TokenOfAnotherProject", R"({"kind":"mixed_up","project":"alpha"})", "iam_protocol"},
    {"TokenOfAnotherUser", R"({"kind":"mixed_up","user":"root"})", "iam_protocol"},
    {"ClosedAfterTheAnswer", R"({"kind":"close_after"})", nullptr},
};

void PrintTo(const fault_row& row, std::ostream* out) {
    *out << row.fault;
}

class IamFault : public ::testing::TestWithParam<fault_row> {};

} // namespace

TEST_P(IamFault, HasAClearErrorAndIsOverWhenTheIamIsWellAgain) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url(), .scopes = "{}"});
    iam.fault(GetParam().fault);
    auto reply = d.get("/v1/tokens/ci/project:eu-de");
    if (GetParam().urn == nullptr) {
        ASSERT_EQ(reply.status, 200) << reply.body;
    } else {
        std::string code = member(reply.body, "type").substr(std::string("urn:tokenward:").size());
        EXPECT_NE(std::string(GetParam().urn).find(code), std::string::npos) << reply.body;
        EXPECT_NE(reply.body.find("127.0.0.1"), std::string::npos) << "names the IAM: " << reply.body;
        EXPECT_NE(reply.header("Retry-After"), "") << reply.body;
    }
    EXPECT_TRUE(eventually([&] { return d.get("/v1/tokens/ci/project:eu-de").status == 200; }));
    EXPECT_LE(iam.logins(), 2U);
}

TEST_P(IamFault, TakesNothingFromATokenThatIsHeld) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url(), .scopes = "{}"});
    std::string held = d.token("project:eu-de");
    iam.fault(GetParam().fault);
    auto renewal = d.post("/v1/tokens/ci/project:eu-de/renew", "");
    EXPECT_EQ(renewal.status == 200, GetParam().urn == nullptr) << renewal.body;
    EXPECT_EQ(d.token("project:eu-de") == held, GetParam().urn != nullptr);
}

INSTANTIATE_TEST_SUITE_P(Each, IamFault, ::testing::ValuesIn(rows),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(IamFaults, AKeptConnectionThatTheIamClosedCostsTheCallerNothing) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url()});
    d.token();
    iam.down(); // cuts the kept connection
    iam.up();
    auto reply = d.get("/v1/tokens/ci/project:eu-nl");
    EXPECT_EQ(reply.status, 200) << reply.body;
}

TEST(IamFaults, AnIamThatClosesAfterEachAnswerCostsNoMoreLogins) {
    iam_standin iam;
    iam.fault(R"({"kind":"close_after","count":-1})"); // without saying so: the connection seems kept
    daemon_under_test d({.auth_url = iam.auth_url(), .scopes = "{}"});
    // A login that is written before the end has come is lost, and not sent again at once.
    for (const char* scope : {"project:eu-de", "project:eu-nl", "project:eu-de_staging"})
        EXPECT_TRUE(eventually([&] { return d.get(std::string("/v1/tokens/ci/") + scope).status == 200; }))
            << scope;
    EXPECT_EQ(iam.logins(), 3U);
    EXPECT_EQ(iam.state().connections, 3U);
}

TEST(IamFaults, TwoTokenHeadersOf60KiBAreNotTooMuch) {
    iam_standin iam;
    iam.set_token_size(std::size_t{60} * 1024U);
    iam.fault(R"({"kind":"two_token_headers"})");
    daemon_under_test d({.auth_url = iam.auth_url(), .scopes = "{}"});
    std::string token = d.token("project:eu-de");
    EXPECT_EQ(token.size(), 60U * 1024U);
    EXPECT_EQ(iam.connect().request("GET", "/service/servers", {{"X-Auth-Token", token}}).status, 200);
    EXPECT_EQ(d.command({"get", "project:eu-de"}).out, token + "\n");
    EXPECT_EQ(iam.logins(), 1U);
}

TEST(IamFaults, ACatalogOf200KiBIsKeptWhole) {
    iam_standin iam;
    iam.set(R"({"catalog_size": 204800})");
    daemon_under_test d({.auth_url = iam.auth_url()});
    EXPECT_NE(d.token(), "");
    auto whole = d.get("/v1/tokens/ci/eu-de?include=body");
    EXPECT_EQ(whole.status, 200);
    EXPECT_GE(whole.body.size(), 204'800U);
    auto last = whole.body.rfind("\"type\":\"padding-");
    ASSERT_NE(last, std::string::npos);
    std::string service = member(whole.body.substr(last), "type");
    for (const std::string& wanted : {std::string("compute"), service}) {
        auto endpoint = d.get("/v1/endpoints/ci/eu-de?service=" + wanted);
        EXPECT_EQ(endpoint.status, 200) << wanted;
        EXPECT_NE(member(endpoint.body, "url").find("/service/"), std::string::npos) << endpoint.body;
    }
    EXPECT_EQ(iam.logins(), 1U);
}

TEST(IamFaults, RetryAfterInSecondsOrAsADateIsObeyedAndToldToCallers) {
    for (const char* when : {R"("retry_after":100)", R"("retry_after_date":100)"}) {
        iam_standin iam;
        iam.set_clock_offset(-3600s); // a date of the IAM's is one by the IAM's clock
        iam.fault(R"({"kind":"status","status":503,)" + std::string(when) + "}");
        daemon_under_test d({.auth_url = iam.auth_url(), .scopes = "{}"});
        for (int i = 0; i < 3; ++i) {
            auto reply = d.get("/v1/tokens/ci/project:eu-de");
            EXPECT_EQ(reply.status, 503) << reply.body;
            EXPECT_LE(std::stoi("0" + reply.header("Retry-After")), 100) << when;
            EXPECT_GT(std::stoi("0" + reply.header("Retry-After")), 50) << when;
        }
        EXPECT_EQ(iam.logins(), 1U) << when;
    }
}

TEST(IamFaults, BigTokensPassUnchanged) {
    for (std::size_t size : {16U * 1024U, 60U * 1024U}) {
        iam_standin iam;
        iam.set_token_size(size);
        daemon_under_test d({.auth_url = iam.auth_url()});
        std::string token = d.token();
        EXPECT_EQ(token.size(), size);
        auto json = d.get("/v1/tokens/ci/eu-de");
        EXPECT_EQ(member(json.body, "token"), token);
        EXPECT_FALSE(json.has_header("X-Subject-Token")) << "over 8,000 bytes it stays out of the header";
        auto service = iam.connect().request("GET", "/service/servers", {{"X-Auth-Token", token}});
        EXPECT_EQ(service.status, 200) << "the IAM knows it";
    }
}

TEST(IamFaults, ATokenOfTheVeryLimitPassesAndALongerOneIsNamedAsSuch) {
    iam_standin iam;
    iam.set_token_size(std::size_t{64} * 1024);
    daemon_under_test d({.auth_url = iam.auth_url()});
    EXPECT_EQ(d.token().size(), std::size_t{64} * 1024);

    iam.set_token_size(std::size_t{64} * 1024 + 1);
    daemon_under_test other({.auth_url = iam.auth_url()});
    auto reply = other.get("/v1/tokens/ci/eu-de");
    EXPECT_EQ(reply.status, 502) << reply.body;
    EXPECT_NE(reply.body.find("a token of 65537 bytes, over the limit of 65536"), std::string::npos)
        << reply.body;
}

TEST(IamFaults, ARefusedTokenIsReplacedAndALateRefusalLeavesTheNewOne) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url()});
    std::string old = d.fingerprint();
    iam.revoke_all();
    EXPECT_EQ(member(d.report(old), "verdict"), "invalidated");
    std::string fresh = d.fingerprint();
    EXPECT_NE(fresh, old);
    auto late = d.report(old);
    EXPECT_EQ(member(late, "verdict"), "already_replaced");
    EXPECT_EQ(member(late, "fingerprint"), fresh);
    EXPECT_EQ(iam.logins(), 2U);
}

TEST(IamFaults, ACallToTheWrongRegionDoesNotCostLoginAfterLogin) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url()});
    for (int i = 0; i < 30; ++i) d.report(d.fingerprint());
    EXPECT_LE(iam.logins(), 2U);
    EXPECT_EQ(member(d.report(d.fingerprint()), "verdict"), "damped");
    auto deleted = d.connect().request("DELETE", "/v1/tokens/ci/eu-de");
    EXPECT_EQ(deleted.status, 429);
    EXPECT_NE(deleted.header("Retry-After"), "");
}

// False reports first, so that the true one meets a daemon that doubts it.
TEST(IamFaults, ATokenThatIsRevokedAfterFalseReportsIsReplacedWithinSeconds) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url()});
    for (int i = 0; i < 3; ++i) d.report(d.fingerprint());
    const std::string kept = d.fingerprint();
    ASSERT_EQ(member(d.report(kept), "verdict"), "damped");
    // Each further answer that it lives must not make the next question a later one.
    const auto asked = iam.state().validations;
    ASSERT_TRUE(eventually(
        [&] {
            d.report(kept);
            return iam.state().validations > asked;
        },
        20s));
    EXPECT_EQ(iam.logins(), 2U);
    const std::string dead = d.fingerprint();
    const std::string token = d.token();
    iam.revoke_all();
    const auto use = [&](const std::string& with) {
        return iam.connect().request("GET", "/service/compute/servers", {{"X-Auth-Token", with}}).status;
    };
    ASSERT_EQ(use(token), 401);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(eventually([&] { return member(d.report(dead), "verdict") == "invalidated"; }, 20s));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 8s) << "5 s on a machine that is busy";
    EXPECT_NE(d.fingerprint(), dead);
    EXPECT_EQ(use(d.token()), 200);
}

// Some services say 403 where others say 401.
TEST(IamFaults, A403ThatMeansTheTokenReplacesItAndAnotherLeavesIt) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url()});
    std::string token = d.token();
    std::string fingerprint = d.fingerprint();
    auto report = [&](const std::string& body) {
        return d.command({"report", "ci/eu-de", "-f", fingerprint, "-n", "403", "-b", body}).out;
    };
    EXPECT_EQ(report(R"({"error":{"message":"You are not authorized.","code":403,"title":"Forbidden"}})"),
              "not_about_the_token " + fingerprint + "\n");
    EXPECT_EQ(d.token(), token);
    iam.revoke_all();
    auto refusal = iam.connect().request("GET", "/service/dns/zones", {{"X-Auth-Token", token}});
    ASSERT_EQ(refusal.status, 403);
    EXPECT_EQ(report(refusal.body), "invalidated -\n");
    EXPECT_EQ(iam.connect().request("GET", "/service/dns/zones", {{"X-Auth-Token", d.token()}}).status, 200);
}
