// GET /metrics and the listener for monitoring: who sees which names, and what is counted how.
#include "tests/unit/local/api/local_side.hpp"

#include <gmock/gmock.h>

namespace tokenward::local::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Metrics : public LocalSide {
  protected:
    std::string metrics(unsigned uid = 0) {
        reply r = get("/metrics", "", uid);
        EXPECT_EQ(r.status, 200);
        EXPECT_EQ(r.field("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
        return r.body;
    }
    /// The value of a series, as text; empty if there is none.
    std::string value(const std::string& series, unsigned uid = 0) {
        const std::string page = "\n" + metrics(uid);
        auto at = page.find("\n" + series + " ");
        if (at == std::string::npos) return "";
        at += series.size() + 2;
        return page.substr(at, page.find('\n', at) - at);
    }
    std::string gets(const std::string& outcome) {
        return value("tokenward_gets_total{identity=\"ci\",outcome=\"" + outcome + "\"}");
    }
    std::string report(const std::string& fingerprint, int status, const std::string& body) {
        return send("POST", "/v1/tokens/ci/eu-de/report", "Content-Type: application/json\r\n",
                    R"({"fingerprint":")" + fingerprint + R"(","status":)" + std::to_string(status) +
                        R"(,"body":")" + body + "\"}")
            .body;
    }
};

TEST_F(Metrics, NamesAreThoseThatTheCallerMayUse) {
    give_token();
    const std::string all = metrics(0);
    EXPECT_THAT(all, HasSubstr("identity=\"ci\",scope=\"eu-de\""));
    EXPECT_THAT(all, HasSubstr("identity=\"other\""));
    const std::string mine = metrics(1000);
    EXPECT_THAT(mine, HasSubstr("identity=\"ci\",scope=\"eu-de\""));
    EXPECT_THAT(mine, Not(HasSubstr("other")));
    const std::string none = metrics(4711);
    EXPECT_THAT(none, Not(HasSubstr("identity=")));
    EXPECT_THAT(none, HasSubstr("tokenward_build_info{version=\"1.2.3\"} 1\n"));
    EXPECT_THAT(all, Not(HasSubstr("the-token")));
}

TEST_F(Metrics, ARuleForOneScopeShowsNoOther) {
    config c = two_identities();
    c.identities[0].scopes.push_back({"global", {scope_kind::domain_name, "A", {}}});
    c.identities[0].allow[0].scopes = {"global"};
    service.configure(c);
    run();
    const std::string mine = metrics(1000);
    EXPECT_THAT(mine, HasSubstr("scope=\"global\""));
    EXPECT_THAT(mine, Not(HasSubstr("scope=\"eu-de\"")));
}

TEST_F(Metrics, GetsAreCountedByHowTheyEnd) {
    auto waits = connect();
    start(*waits, request_text("GET", "/v1/tokens/ci/eu-de"));
    EXPECT_EQ(value("tokenward_waiting_callers"), "1");
    give_token();
    ASSERT_TRUE(waits->answered.has_value());
    EXPECT_EQ(value("tokenward_waiting_callers"), "0");
    get("/v1/tokens/ci/eu-de");
    get("/v1/tokens/ci/eu-de");
    get("/v1/tokens/ci/eu-de", "If-None-Match: \"" + first_fp + "\"\r\n");
    get("/v1/tokens/ci/eu-de", "", 4711);
    get("/v1/tokens/ci/eu-de?min_ttl=x");
    EXPECT_EQ(gets("hit"), "2");
    EXPECT_EQ(gets("waited"), "1");
    EXPECT_EQ(gets("unchanged"), "1");
    EXPECT_EQ(gets("denied"), "1");
    EXPECT_EQ(gets("refused"), "1");
    EXPECT_EQ(gets("failed"), "0");
}

TEST_F(Metrics, AGetThatFailsAtTheIamIsCountedAndSoIsTheLogin) {
    auto waits = connect();
    start(*waits, request_text("GET", "/v1/tokens/ci/eu-de"));
    time.step(3s);
    source->fail(errc::iam_unavailable);
    run();
    EXPECT_EQ(gets("failed"), "1");
    EXPECT_EQ(value("tokenward_logins_total{identity=\"ci\",outcome=\"failed\"}"), "1");
    EXPECT_EQ(value("tokenward_login_duration_seconds_count"), "1");
    EXPECT_EQ(value("tokenward_login_duration_seconds_sum"), "3");
    EXPECT_EQ(value("tokenward_token_expires_in_seconds{identity=\"ci\",scope=\"eu-de\"}"), "0");
}

TEST_F(Metrics, GetsThatJoinAFetchAreCountedAsCoalesced) {
    auto first = connect();
    auto second = connect();
    start(*first, request_text("GET", "/v1/tokens/ci/project:more"));
    start(*second, request_text("GET", "/v1/tokens/ci/project:more"));
    EXPECT_EQ(value("tokenward_coalesced_gets_total{identity=\"ci\"}"), "1");
}

TEST_F(Metrics, WhatCallersMakeUpAddsNoSeries) {
    give_token();
    const std::string before = metrics();
    for (int i = 0; i < 20; ++i) {
        const std::string name = "made-up-" + std::to_string(i);
        start(*connect(), request_text("GET", "/v1/tokens/" + name + "/eu-de"));
        start(*connect(0), request_text("GET", "/v1/tokens/ci/project:" + name));
    }
    const std::string after = metrics();
    EXPECT_THAT(after, Not(HasSubstr("made-up")));
    EXPECT_EQ(std::count(before.begin(), before.end(), '\n'), std::count(after.begin(), after.end(), '\n'));
    EXPECT_EQ(value("tokenward_gets_total{outcome=\"denied\"}"), "20");
    EXPECT_EQ(value("tokenward_on_demand_scopes{identity=\"ci\"}"), "20");
}

TEST_F(Metrics, WordsAgainstTokensAreCountedByTheirVerdict) {
    auto words = [&](const std::string& verdict) {
        return value("tokenward_invalidations_total{identity=\"ci\",verdict=\"" + verdict + "\"}");
    };
    give_token();
    time.step(1h);
    report(first_fp, 404, "no such server");
    report(second_fp, 401, "");
    EXPECT_EQ(words("not_about_the_token"), "1");
    EXPECT_EQ(words("already_replaced"), "1");
    report(first_fp, 401, "");
    EXPECT_EQ(words("invalidated"), "1");
    EXPECT_EQ(words("damped"), "0");
}

TEST_F(Metrics, ATokensTimesAreToldInSeconds) {
    give_token();
    time.step(400s);
    EXPECT_EQ(value("tokenward_token_expires_in_seconds{identity=\"ci\",scope=\"eu-de\"}"), "86000");
    EXPECT_EQ(value("tokenward_token_renews_in_seconds{identity=\"ci\",scope=\"eu-de\"}"), "57200");
    EXPECT_EQ(value("process_start_time_seconds"), "1800000000");
}

TEST_F(Metrics, ARejectedCredentialShows) {
    EXPECT_EQ(value("tokenward_credential_rejected{identity=\"ci\"}"), "0");
    source->fail(errc::credential_rejected, retry_rule::rearm);
    run();
    EXPECT_EQ(value("tokenward_credential_rejected{identity=\"ci\"}"), "1");
    EXPECT_EQ(value("tokenward_credential_rejected{identity=\"other\"}"), "0");
    EXPECT_EQ(value("tokenward_logins_total{identity=\"ci\",outcome=\"withheld\"}"), "1");
    EXPECT_EQ(value("tokenward_login_duration_seconds_count"), "0") << "nothing was sent";
}

class Monitoring : public Metrics {
  protected:
    Monitoring() {
        around.for_monitoring = true;
        give_token();
    }
    reply ask_as(const std::string& host, const std::string& path = "/metrics") {
        auto nobody = connect();
        nobody->peer.number = std::nullopt; // a TCP connection says nothing of who is there
        return ask(*nobody, "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    }
};

TEST_F(Monitoring, ShowsAllNamesAndServesNothingElse) {
    reply r = ask_as("127.0.0.1:9464");
    EXPECT_EQ(r.status, 200);
    EXPECT_THAT(r.body, HasSubstr("identity=\"other\""));
    EXPECT_THAT(r.body, HasSubstr("scope=\"eu-de\""));
    EXPECT_EQ(ask_as("localhost", "/readyz").status, 200);
    EXPECT_EQ(ask_as("localhost", "/healthz").status, 200);
    for (const char* path : {"/v1/tokens/ci/eu-de", "/v1/status", "/v1/identities", "/v1/log-level",
                             "/v1/endpoints/ci/eu-de", "/v1/explain/ci/eu-de", "/"})
        EXPECT_EQ(ask_as("localhost", path).status, 404) << path;
}

TEST_F(Monitoring, ABrowserThatWasLedHereByANameGetsNothing) {
    for (const char* host :
         {"localhost", "LOCALHOST:9464", "127.0.0.1", "127.0.0.1:1", "127.8.0.1:9464", "[::1]", "[::1]:9464"})
        EXPECT_EQ(ask_as(host).status, 200) << host;
    for (const char* host : {"evil.example", "evil.example:9464", "127.evil.example",
                             "127.0.0.1.evil.example", "localhost.evil.example:9464", "192.0.2.1:9464",
                             "unix", "tokenward", "::1", "", ":9464", "/run/x", "localhost."})
        EXPECT_EQ(ask_as(host).status, 403) << host;
    reply from_page = ask(*connect(), "GET /metrics HTTP/1.1\r\nHost: localhost\r\nOrigin: http://x\r\n\r\n");
    EXPECT_EQ(from_page.status, 403);
}

TEST_F(Monitoring, ReadinessSaysWhichScopeHasNoTokenAndWhy) {
    EXPECT_THAT(ask_as("localhost", "/readyz").body, HasSubstr("1 of 1 configured scopes"));
    config c = two_identities();
    c.identities[0].scopes.push_back({"global", {scope_kind::domain_name, "A", {}}});
    service.configure(c);
    run();
    reply r = ask_as("localhost", "/readyz");
    EXPECT_EQ(r.status, 503);
    EXPECT_THAT(r.body, HasSubstr("1 of 2 configured scopes have no token: ci/global: fetching"));
}

} // namespace
} // namespace tokenward::local::testing
