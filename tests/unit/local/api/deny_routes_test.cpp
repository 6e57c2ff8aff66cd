// `deny` by scope: judged by what is asked for, and before anything is served by what the token says of
// itself.
#include "tests/unit/local/api/local_side.hpp"

namespace tokenward::local::testing {
namespace {

const std::string other_fp = "sha256:3333333333333333";

/// Scope `spare` is the project p9 by its id, which is called `secret`; 1000 and 1001 are denied
/// `project:secret`.
class DenyRoutes : public LocalSide {
  protected:
    DenyRoutes() {
        give_token();
        service.configure(rules());
        run();
    }

    static config rules() {
        config c = two_identities();
        identity_config& ci = c.identities[0];
        ci.scopes.push_back({"spare", {scope_kind::project_id, "p9", {}}});
        ci.deny = {rule(1000, 7), rule(1001, 7)};
        for (access_rule& each : ci.deny) each.scopes = {"project:secret"};
        return c;
    }
    static std::shared_ptr<token> token_of(const std::string& project_name,
                                           const std::string& fingerprint = second_fp) {
        auto t = make_token("the-token-of-p9", fingerprint);
        t->project = named_ref{"p9", project_name};
        return t;
    }
    static void expect_denied(const reply& r) {
        EXPECT_EQ(r.status, 403) << r.body;
        EXPECT_EQ(r.body.find("the-token-of-p9"), std::string::npos);
        EXPECT_EQ(r.head.find("sha256:"), std::string::npos);
    }
    static void expect_denied(const fake_connection& connection) {
        ASSERT_TRUE(connection.answered);
        expect_denied(split_reply(*connection.answered));
    }
};

TEST_F(DenyRoutes, AProjectDeniedByNameIsNotServedToWhoAskedForItsId) {
    give(token_of("secret"));
    for (const char* target :
         {"/v1/tokens/ci/spare", "/v1/tokens/ci/spare?include=body", "/v1/endpoints/ci/spare",
          "/v1/endpoints/ci/spare?service=compute", "/v1/tokens/ci/project_id:p9"})
        expect_denied(get(target));
    expect_denied(get("/v1/tokens/ci/spare", "Accept: text/plain\r\n"));
    expect_denied(get("/v1/tokens/ci/spare", "If-None-Match: \"" + second_fp + "\"\r\n"));
    expect_denied(get("/v1/tokens/ci/spare", "If-Match: \"" + first_fp + "\"\r\n"));
    expect_denied(get("/v1/tokens/ci/spare", "If-None-Match: \"" + second_fp + "\"\r\nPrefer: wait=60\r\n"));
    EXPECT_EQ(send("HEAD", "/v1/tokens/ci/spare").status, 403);
    expect_denied(send("DELETE", "/v1/tokens/ci/spare"));
    expect_denied(send("POST", "/v1/tokens/ci/spare/report", "Content-Type: application/json\r\n",
                       R"({"fingerprint":")" + second_fp + R"(","status":403})"));
    expect_denied(send("POST", "/v1/tokens/ci/spare/renew", "", "", 1001));
    EXPECT_EQ(get("/v1/tokens/ci/spare", "", 0).status, 200) << "root may";
    EXPECT_EQ(get("/v1/tokens/ci/eu-de").status, 200) << "another project is none of the rule's business";
}

TEST_F(DenyRoutes, NorIsItToWhoWaitsForIt) {
    auto waits = connect();
    start(*waits, request_text("GET", "/v1/tokens/ci/spare"));
    auto looks_up = connect();
    start(*looks_up, request_text("GET", "/v1/endpoints/ci/spare"));
    auto watches = connect();
    start(*watches,
          request_text("GET", "/v1/tokens/ci/spare", "If-None-Match: \"x\"\r\nPrefer: wait=60\r\n"));
    EXPECT_FALSE(waits->answered || looks_up->answered || watches->answered);
    give(token_of("secret"));
    expect_denied(*waits);
    expect_denied(*looks_up);
    expect_denied(*watches);
}

TEST_F(DenyRoutes, AReloadThatDeniesTheHeldTokenIsFeltByThoseWhoWatchIt) {
    config open = rules();
    open.identities[0].deny.clear();
    service.configure(open);
    give(token_of("secret"));
    auto watcher = connect();
    start(*watcher, request_text("GET", "/v1/tokens/ci/spare",
                                 "If-None-Match: \"" + second_fp + "\"\r\nPrefer: wait=60\r\n"));
    EXPECT_FALSE(watcher->answered);
    service.configure(rules());
    run();
    expect_denied(*watcher);
}

TEST_F(DenyRoutes, WhatTheTokenLacksIsAMatch) {
    give(token_of(""));
    expect_denied(get("/v1/tokens/ci/spare"));
}

TEST_F(DenyRoutes, WhatWasGrantedForOneTokenIsJudgedAnewForTheNext) {
    give(token_of("public"));
    auto connection = connect();
    const std::string ask_again = request_text("GET", "/v1/tokens/ci/spare");
    EXPECT_EQ(ask(*connection, ask_again).status, 200);
    EXPECT_EQ(ask(*connection, ask_again).status, 200);
    auto manager = connect(1001);
    start(*manager, request_text("POST", "/v1/tokens/ci/spare/renew"));
    auto watcher = connect();
    start(*watcher, request_text("GET", "/v1/tokens/ci/spare",
                                 "If-None-Match: \"" + second_fp + "\"\r\nPrefer: wait=60\r\n"));
    give(token_of("secret", other_fp));
    expect_denied(*manager);
    expect_denied(*watcher);
    expect_denied(ask(*connection, ask_again));
}

TEST_F(DenyRoutes, AReportIsNotAnsweredWithATokenThatIsDeniedByThen) {
    give(token_of("public"));
    auto reporter = connect();
    source->verdict = validity::dead;
    start(*reporter, request_text("DELETE", "/v1/tokens/ci/spare"));
    give(token_of("secret", other_fp));
    EXPECT_EQ(split_reply(*reporter->answered).status, 204) << "it was refused while that was its business";
    expect_denied(send("POST", "/v1/tokens/ci/spare/report", "Content-Type: application/json\r\n",
                       R"({"fingerprint":")" + second_fp + R"(","status":401})"));
}

TEST_F(DenyRoutes, ListsAndExplanationsSayTheSame) {
    auto scopes = [&] {
        return boost::json::serialize(get("/v1/identities").json().at("identities").at(0).at("scopes"));
    };
    auto rows = [&] {
        return get("/v1/status").json().at("identities").at(0).at("scopes").as_array().size();
    };
    auto told = [&](const char* what) { return get("/metrics").body.find(what) != std::string::npos; };
    auto explained = [&] { return get("/v1/explain/ci/spare").json(); };
    EXPECT_EQ(scopes(), R"(["eu-de","spare"])");
    EXPECT_TRUE(explained().at("allowed").as_bool());
    EXPECT_NE(boost::json::value_to<std::string>(explained().at("because"))
                  .find("judged again by what the token says"),
              std::string::npos);
    give(token_of("public"));
    EXPECT_EQ(scopes(), R"(["eu-de","spare"])");
    EXPECT_EQ(rows(), 2U);
    EXPECT_TRUE(told("scope=\"spare\""));
    auto manager = connect(0);
    start(*manager, request_text("POST", "/v1/tokens/ci/spare/renew"));
    give(token_of("secret", other_fp));
    EXPECT_EQ(scopes(), R"(["eu-de"])");
    EXPECT_EQ(rows(), 1U);
    EXPECT_FALSE(told("scope=\"spare\""));
    EXPECT_FALSE(explained().at("allowed").as_bool());
    EXPECT_NE(boost::json::value_to<std::string>(explained().at("because"))
                  .find("the one that the token itself names"),
              std::string::npos);
}

// --- what is not known of a caller

class DenyUnknown : public LocalSide {
  protected:
    DenyUnknown() {
        give_token();
        config c = two_identities();
        c.identities[0].deny = {
            {.who = access_rule::subject::unit, .name = "a.service", .verbs = 7, .line = 12},
            {.who = access_rule::subject::user, .name = "laterbot", .verbs = 7, .line = 13}};
        service.configure(c);
        run();
    }
    reply ask_as(const std::shared_ptr<fake_connection>& who, const std::string& target) {
        return ask(*who, request_text("GET", target));
    }
};

TEST_F(DenyUnknown, HoldsForWhoHidesAndIsLoggedOnce) {
    auto hides = connect();
    hides->peer.unit_can_be_read = false;
    tokenward::log::set_level(tokenward::log::level::warning);
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(ask_as(hides, "/v1/tokens/ci/eu-de").status, 403);
    EXPECT_EQ(ask_as(hides, "/v1/tokens/ci/eu-de").status, 403);
    const std::string lines = ::testing::internal::GetCapturedStderr();
    tokenward::log::set_level(tokenward::log::level::error);
    EXPECT_NE(lines.find("deny rule 1, line 12 denied uid 1000 although it may be meant for somebody else: "
                         "the caller's unit can't "
                         "be read"),
              std::string::npos)
        << lines;
    EXPECT_EQ(lines.find("event=denied_unknown"), lines.rfind("event=denied_unknown")) << lines;
    EXPECT_EQ(ask_as(connect(), "/v1/tokens/ci/eu-de").status, 200)
        << "in no unit is known, and its name is another";
}

TEST_F(DenyUnknown, StatusTellsTheManagerAndNobodyElse) {
    auto hides = connect();
    hides->peer.unit_can_be_read = false;
    ask_as(hides, "/v1/tokens/ci/eu-de");
    const auto of_manager = get("/v1/status", "", 1001).json().at("identities").at(0);
    EXPECT_EQ(
        boost::json::serialize(of_manager.at("warnings")),
        R"(["deny rule 2, line 13: user `laterbot` has no uid: until it has one, the rule holds for all )"
        R"(callers whose own numbers have no name","deny rule 1, line 12: denied callers that could not be )"
        R"(identified, last uid 1000: the caller's unit can't be read"])");
    EXPECT_FALSE(get("/v1/status").json().at("identities").at(0).as_object().contains("warnings"));
}

TEST_F(DenyUnknown, WhoMayComeInOnceItsNameIsKnownIsDeniedUntilThen) {
    auto nameless = connect();
    nameless->peer.known = nullptr;
    EXPECT_EQ(ask_as(nameless, "/v1/tokens/ci/eu-de").status, 403);
    nameless->peer.known = std::make_shared<caller_facts>(caller_facts{.has_names = true, .user = "alice"});
    EXPECT_EQ(ask_as(nameless, "/v1/tokens/ci/eu-de").status, 200);
}

} // namespace
} // namespace tokenward::local::testing
