// Endpoints, lists, health: what callers are told beside tokens.
#include "tests/unit/local/api/local_side.hpp"

#include <boost/json/serialize.hpp>

namespace tokenward::local::testing {
namespace {

using StatusRoutes = LocalSide;

TEST_F(StatusRoutes, IdentitiesAreThoseThatTheCallerMayUse) {
    std::string ci = R"({"identity":"ci","scopes":["eu-de"],"on_demand":true,"verbs":[)";
    EXPECT_EQ(get("/v1/identities").body, R"({"identities":[)" + ci + R"("get","report"]}]})");
    EXPECT_EQ(get("/v1/identities", "", 1001).body,
              R"({"identities":[)" + ci + R"("get","report","manage"]}]})");
    EXPECT_EQ(get("/v1/identities", "", 4711).body, R"({"identities":[]})");
    EXPECT_EQ(get("/v1/identities", "", 0).json().at("identities").as_array().size(), 2U);
}

TEST_F(StatusRoutes, StatusShowsEveryScopeAndNoSecret) {
    give_token();
    time.step(10s);
    reply r = get("/v1/status");
    EXPECT_EQ(r.body.find("the-token"), std::string::npos);
    auto document = r.json();
    EXPECT_EQ(document.at("version"), "1.2.3");
    EXPECT_EQ(document.at("uptime"), 10);
    auto& identities = document.at("identities").as_array();
    ASSERT_EQ(identities.size(), 1U);
    EXPECT_EQ(identities[0].at("auth_url"), "https://iam.example/v3");
    EXPECT_EQ(identities[0].at("user"), "ci-bot");
    auto& row = identities[0].at("scopes").as_array().at(0);
    EXPECT_EQ(boost::json::serialize(row),
              R"({"scope":"eu-de","state":"valid","configured":true,"fingerprint":")" + first_fp +
                  R"(","expires_at":"2027-01-16T08:00:00Z","expires_in":86390,"renews_in":57590,)"
                  R"("next_try_in":null,"last_error":null})");
}

TEST_F(StatusRoutes, StatusTellsOfAFailure) {
    source->fail(errc::iam_unavailable);
    run();
    auto row = get("/v1/status").json().at("identities").at(0).at("scopes").at(0);
    EXPECT_EQ(row.at("state"), "failed");
    EXPECT_TRUE(row.at("fingerprint").is_null());
    EXPECT_EQ(row.at("last_error").at("code"), "iam_unavailable");
    EXPECT_EQ(row.at("last_error").at("at"), "2027-01-15T08:00:00Z");
    EXPECT_TRUE(row.at("next_try_in").is_int64());
}

TEST_F(StatusRoutes, ReadinessNamesOnlyWhatTheCallerMayUse) {
    EXPECT_EQ(get("/healthz").body, R"({"status":"ok","reason":"the daemon answers"})");
    reply mine = get("/readyz");
    EXPECT_EQ(mine.status, 503);
    EXPECT_NE(mine.body.find("1 of 1 configured scopes have no token: ci/eu-de: fetching"), std::string::npos)
        << mine.body;
    reply others = get("/readyz", "", 4711);
    EXPECT_EQ(others.status, 503);
    EXPECT_EQ(others.body.find("ci/"), std::string::npos) << others.body;
    give_token();
    EXPECT_EQ(get("/readyz", "", 4711).status, 200);
    EXPECT_EQ(get("/healthz?verbose=1").status, 400);
}

} // namespace
} // namespace tokenward::local::testing
