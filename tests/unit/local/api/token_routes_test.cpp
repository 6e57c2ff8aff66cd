// GET, HEAD, renew: how a token is asked for.
#include "tests/unit/local/api/local_side.hpp"

namespace tokenward::local::testing {
namespace {

using TokenRoutes = LocalSide;

TEST_F(TokenRoutes, AHeldTokenIsServedAtOnce) {
    give_token();
    reply r = get("/v1/tokens/ci/eu-de");
    EXPECT_EQ(r.status, 200);
    EXPECT_EQ(boost::json::value_to<std::string>(r.json().at("token")), "the-token");
    EXPECT_EQ(r.json().at("expires_in").as_int64(), 86'400);
    EXPECT_EQ(r.field("ETag"), '"' + first_fp + '"');
    EXPECT_EQ(r.field("X-Subject-Token"), "the-token");
    EXPECT_EQ(get("/v1/tokens/ci/eu-de", "Accept: text/plain\r\n").body, "the-token");
    EXPECT_EQ(source->fetches, 1);
}

TEST_F(TokenRoutes, HeadIsGetWithoutItsBody) {
    give_token();
    reply got = get("/v1/tokens/ci/eu-de");
    reply head = send("HEAD", "/v1/tokens/ci/eu-de");
    EXPECT_EQ(head.head, got.head);
    EXPECT_EQ(head.body, "");
    EXPECT_EQ(send("HEAD", "/v1/nothing").body, "");
    EXPECT_EQ(send("HEAD", "/v1/tokens/ci/eu-de?include=body").field("Content-Length"),
              std::to_string(get("/v1/tokens/ci/eu-de?include=body").body.size()));
}

TEST_F(TokenRoutes, AMissWaitsForTheIam) {
    auto connection = connect();
    start(*connection, request_text("GET", "/v1/tokens/ci/project:other"));
    run();
    EXPECT_FALSE(connection->answered);
    EXPECT_NE(connection->waits, 0U);
    give_token();
    give(make_token("another", second_fp));
    ASSERT_TRUE(connection->answered);
    EXPECT_EQ(boost::json::value_to<std::string>(split_reply(*connection->answered).json().at("scope")),
              "project:other");
}

TEST_F(TokenRoutes, AFailureOfTheIamIsTheAnswer) {
    auto connection = connect();
    start(*connection, request_text("GET", "/v1/tokens/ci/eu-de"));
    source->fail(errc::credential_rejected, retry_rule::rearm);
    run();
    ASSERT_TRUE(connection->answered);
    reply r = split_reply(*connection->answered);
    EXPECT_EQ(r.status, 424);
    EXPECT_EQ(r.code(), "credential_rejected");
}

TEST_F(TokenRoutes, ServiceUnavailableSaysWhenToComeBack) {
    source->fail();
    run();
    reply r = get("/v1/tokens/ci/eu-de?max_wait=0");
    EXPECT_EQ(r.status, 503);
    EXPECT_EQ(r.code(), "iam_unavailable");
    EXPECT_GE(std::stoi(r.field("Retry-After")), 1);
    EXPECT_EQ(r.json().at("retry_after").as_int64(), std::stoi(r.field("Retry-After")));
}

TEST_F(TokenRoutes, ExpiresInFollowsAnEndThatTheIamsClockBroughtForward) {
    auto t = make_token("the-token", first_fp);
    t->iam_date = time.at.wall;
    give(t);
    time.step(100s);
    source->iam_date = time.at.wall + 1000s; // we were paused: the IAM saw 1000 s more go by
    auto renewing = connect(1001);
    start(*renewing, request_text("POST", "/v1/tokens/ci/eu-de/renew"));
    source->fail();
    run();
    EXPECT_EQ(get("/v1/tokens/ci/eu-de").json().at("expires_in").as_int64(), 85'300);
}

TEST_F(TokenRoutes, ExpiresInTakesNoNoticeOfAWallClockThatStepsADayEitherWay) {
    give_token();
    time.at.wall += 24h;
    EXPECT_EQ(get("/v1/tokens/ci/eu-de").json().at("expires_in").as_int64(), 86'400);
    time.at.wall -= 48h;
    time.step(100s);
    EXPECT_EQ(get("/v1/tokens/ci/eu-de").json().at("expires_in").as_int64(), 86'300);
}

TEST_F(TokenRoutes, IncludeBodyAddsTheIamsOwnAnswer) {
    give_token();
    reply r = get("/v1/tokens/ci/eu-de?include=body");
    EXPECT_EQ(boost::json::value_to<std::string>(r.json().at("token")), "the-token");
    EXPECT_TRUE(r.json().at("body").at("token").as_object().contains("catalog"));
    EXPECT_EQ(r.field("ETag"), '"' + first_fp + '"');
    EXPECT_EQ(r.field("X-Subject-Token"), "the-token");
    EXPECT_EQ(get("/v1/tokens/ci/eu-de?include=body", "Accept: text/plain\r\n").status, 406);
    EXPECT_EQ(get("/v1/tokens/ci/eu-de?include=all").status, 400);
}

TEST_F(TokenRoutes, IncludeBodyIsTheIamsVeryBytes) {
    auto t = make_token("the-token", first_fp);
    t->body = "{\n \"token\": {\"x\": 1e400, \"catalog\" : [ {\"id\":12345678901234567890123} ], "
              "\"y\":\"\\u00e4\"},\n"
              " \"more\": 0.10\n}";
    const std::string own = t->body;
    give(std::move(t));
    EXPECT_TRUE(get("/v1/tokens/ci/eu-de?include=body").body.ends_with(",\"body\":" + own + "}"));

    config bare = two_identities();
    bare.identities[0].catalog = false;
    service.configure(bare);
    run();
    auto again = make_token("the-token", first_fp);
    again->body = own;
    give(std::move(again));
    const std::string cut = "{\n \"token\": {\"x\": 1e400,\"y\":\"\\u00e4\"},\n \"more\": 0.10\n}";
    const std::string without = get("/v1/tokens/ci/eu-de?include=body").body;
    EXPECT_TRUE(without.ends_with(",\"body\":" + cut + "}")) << "an IAM may not heed ?nocatalog: " << without;
}

TEST_F(TokenRoutes, IncludeBodyLeavesALongTokenOutOfTheHeader) {
    give(make_token(std::string(8001, 'x'), first_fp));
    EXPECT_EQ(get("/v1/tokens/ci/eu-de?include=body").head.find("X-Subject-Token"), std::string::npos);
}

TEST_F(TokenRoutes, IfNoneMatchIsNotModifiedWhileTheTokenIsCurrent) {
    give_token();
    reply same = get("/v1/tokens/ci/eu-de", "If-None-Match: \"" + first_fp + "\"\r\n");
    EXPECT_EQ(same.status, 304);
    EXPECT_EQ(same.field("ETag"), '"' + first_fp + '"');
    EXPECT_EQ(same.body, "");
    EXPECT_EQ(get("/v1/tokens/ci/eu-de", "If-None-Match: \"" + second_fp + "\"\r\n").status, 200);
    EXPECT_EQ(get("/v1/tokens/ci/eu-de", "If-None-Match: nonsense\r\n").status, 400);
    EXPECT_EQ(get("/v1/tokens/ci/eu-de", "If-Match: \"" + second_fp + "\"\r\n").code(),
              "precondition_failed");
}

TEST_F(TokenRoutes, QueriesAreTakenStrictly) {
    give_token();
    for (const char* query : {"min_ttl=-1", "min_ttl=1.5", "min_ttl=", "max_wait=x", "min_ttl=1&min_ttl=1",
                              "ttl=1", "Min_ttl=1"}) {
        reply r = get(std::string("/v1/tokens/ci/eu-de?") + query);
        EXPECT_EQ(r.status, 400) << query;
        EXPECT_EQ(r.code(), "bad_request") << query;
    }
    EXPECT_EQ(get("/v1/tokens/ci/eu-de?min_ttl=3600&max_wait=5").status, 200);
    EXPECT_EQ(get("/v1/tokens/ci/eu-de?min_ttl=86401").status, 400) << "more than the IAM grants";
}

TEST_F(TokenRoutes, AnAcceptThatCannotBeMetIsRefused) {
    give_token();
    EXPECT_EQ(get("/v1/tokens/ci/eu-de", "Accept: text/html\r\n").code(), "not_acceptable");
}

TEST_F(TokenRoutes, AScopeSpelledOutIsTheConfiguredOne) {
    give_token();
    reply r = get("/v1/tokens/ci/project:eu-de");
    EXPECT_EQ(boost::json::value_to<std::string>(r.json().at("scope")), "eu-de");
    EXPECT_EQ(source->fetches, 1);
    EXPECT_EQ(get("/v1/tokens/ci/project%3Aeu-de").status, 200);
    EXPECT_EQ(get("/v1/tokens/ci/nonsense").code(), "unknown_scope");
    EXPECT_EQ(get("/v1/tokens/ci/project:").code(), "bad_request");
}

TEST_F(TokenRoutes, RenewNeedsManageAndAnswersWithTheNewToken) {
    give_token();
    EXPECT_EQ(send("POST", "/v1/tokens/ci/eu-de/renew").code(), "denied");
    auto connection = connect(1001);
    start(*connection, request_text("POST", "/v1/tokens/ci/eu-de/renew"));
    EXPECT_FALSE(connection->answered);
    give(make_token("new", second_fp));
    ASSERT_TRUE(connection->answered);
    EXPECT_EQ(boost::json::value_to<std::string>(split_reply(*connection->answered).json().at("token")),
              "new");
    EXPECT_EQ(send("POST", "/v1/tokens/ci/eu-de/renew", "", "", 1001).status, 429);
}

TEST_F(TokenRoutes, RenewNeedsGetTooForItAnswersWithTheToken) {
    give_token();
    config changed = two_identities();
    changed.identities[0].allow = {rule(1000, 7), rule(1001, 4)};
    changed.identities[0].deny = {rule(1000, 1)};
    service.configure(changed);
    EXPECT_EQ(send("POST", "/v1/tokens/ci/eu-de/renew").code(), "denied");
    EXPECT_EQ(send("POST", "/v1/tokens/ci/eu-de/renew", "", "", 1001).code(), "denied");
    EXPECT_EQ(source->fetches, 1);
}

TEST_F(TokenRoutes, ACallerThatHasGoneIsNotAnswered) {
    auto gone = connect();
    start(*gone, request_text("GET", "/v1/tokens/ci/eu-de"));
    auto stays = connect();
    start(*stays, request_text("GET", "/v1/tokens/ci/eu-de"));
    gone.reset();
    give_token();
    ASSERT_TRUE(stays->answered);
    EXPECT_EQ(split_reply(*stays->answered).status, 200);
    EXPECT_EQ(source->fetches, 1);
}

} // namespace
} // namespace tokenward::local::testing
