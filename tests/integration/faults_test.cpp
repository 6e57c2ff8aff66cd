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
    {"RateLimit", R"({"kind":"status","status":429,"retry_after":1})", "iam_unavailable"},
    {"InternalError", R"({"kind":"status","status":500})", "iam_unavailable"},
    {"Redirect", R"({"kind":"redirect","location":"http://127.0.0.1:1/v3/auth/tokens"})", "iam_protocol"},
    {"Reset", R"({"kind":"reset"})", "iam_unavailable"},
    {"CutShort", R"({"kind":"cut_short"})", "iam_unavailable"},
    {"Html", R"({"kind":"not_json"})", "iam_protocol"},
    {"NoTokenHeader", R"({"kind":"no_token_header"})", "iam_protocol"},
    {"ExpiryInThePast", R"({"kind":"expiry","form":"past"})", "iam_protocol"},
    {"NoExpiry", R"({"kind":"expiry","form":"absent"})", "iam_protocol"},
    {"ExpiryThatIsNoTime", R"({"kind":"expiry","form":"not_a_time"})", "iam_protocol"},
    {"ExpiryWithoutFraction", R"({"kind":"expiry","form":"whole_seconds"})", nullptr},
    {"ExpiryWithOffset", R"({"kind":"expiry","form":"utc_offset"})", nullptr},
    {"HugeHeader", R"({"kind":"huge_header","kib":1000})", "iam_unavailable|iam_protocol"},
    {"HugeBody", R"({"kind":"huge_body","mib":40})", "iam_unavailable|iam_protocol"},
    {"TwoTokenHeaders", R"({"kind":"two_token_headers"})", nullptr},
    {"Chunked", R"({"kind":"chunked"})", nullptr},
    {"Http10", R"({"kind":"http_1_0"})", nullptr},
    {"LowerCaseHeaders", R"({"kind":"lower_case"})", nullptr},
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

TEST(IamFaults, BigTokensPassUnchanged) {
    for (std::size_t size : {16U * 1024U, 60U * 1024U}) {
        iam_standin iam;
        iam.set_token_size(size);
        daemon_under_test d({.auth_url = iam.auth_url()});
        std::string token = d.token();
        EXPECT_EQ(token.size(), size);
        auto json = d.get("/v1/tokens/ci/eu-de");
        EXPECT_EQ(member(json.body, "token"), token);
        EXPECT_FALSE(json.has_header("X-Subject-Token")) << "over 8 KiB it stays out of the header";
        auto service = iam.connect().request("GET", "/service/servers", {{"X-Auth-Token", token}});
        EXPECT_EQ(service.status, 200) << "the IAM knows it";
    }
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
