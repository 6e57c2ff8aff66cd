// Who gets in, and what those learn who don't.
#include "tests/unit/local/api/local_side.hpp"

namespace tokenward::local::testing {
namespace {

using AccessRoutes = LocalSide;

TEST_F(AccessRoutes, UnknownAndForbiddenIdentitiesLookTheSame) {
    give_token();
    reply forbidden = get("/v1/tokens/ci/eu-de", "", 4711);
    reply unknown = get("/v1/tokens/xy/eu-de", "", 4711);
    EXPECT_EQ(forbidden.code(), "denied");
    auto renamed = unknown.body;
    renamed.replace(renamed.find("xy/"), 3, "ci/");
    EXPECT_EQ(renamed, forbidden.body);
    EXPECT_EQ(get("/v1/tokens/ci/nonsense", "", 4711).code(), "denied");
    EXPECT_EQ(get("/v1/tokens/ci/project:", "", 4711).code(), "denied");
    EXPECT_EQ(get("/v1/tokens/xy/eu-de", "", 1000).code(), "denied") << "may use one, but not all";
}

TEST_F(AccessRoutes, OnlyWhoMaySeeEverythingLearnsThatAnIdentityIsUnknown) {
    EXPECT_EQ(get("/v1/tokens/xy/eu-de", "", 0).code(), "unknown_identity");
    EXPECT_EQ(get("/v1/tokens/xy/eu-de", "", 500).code(), "unknown_identity");
}

TEST_F(AccessRoutes, RootAndTheDaemonsOwnUserMayEverything) {
    give_token();
    EXPECT_EQ(get("/v1/tokens/ci/eu-de", "", 0).status, 200);
    EXPECT_EQ(get("/v1/tokens/ci/eu-de", "", 500).status, 200);
}

TEST_F(AccessRoutes, AnUnknownCallerMayNothing) {
    give_token();
    auto connection = connect();
    connection->peer.number = std::nullopt;
    EXPECT_EQ(ask(*connection, request_text("GET", "/v1/tokens/ci/eu-de")).code(), "denied");
    EXPECT_EQ(ask(*connection, request_text("GET", "/v1/tokens/xy/eu-de")).code(), "denied");
    EXPECT_EQ(ask(*connection, request_text("GET", "/v1/identities")).body, R"({"identities":[]})");
}

TEST_F(AccessRoutes, WhoMayOnlyReportGetsNoToken) {
    give_token();
    EXPECT_EQ(get("/v1/tokens/ci/eu-de", "", 1002).code(), "denied");
    EXPECT_EQ(send("DELETE", "/v1/tokens/ci/eu-de", "", "", 1002).status, 204);
}

TEST_F(AccessRoutes, WhatWasGrantedToReportDoesNotServeToGet) {
    give_token();
    auto connection = connect(1002);
    EXPECT_EQ(ask(*connection, request_text("DELETE", "/v1/tokens/ci/eu-de", "If-Match: \"x\"\r\n")).status,
              412);
    EXPECT_EQ(ask(*connection, request_text("GET", "/v1/tokens/ci/eu-de")).code(), "denied");
}

TEST_F(AccessRoutes, AReloadIsFeltOnOpenConnections) {
    give_token();
    auto connection = connect(1000);
    EXPECT_EQ(ask(*connection, request_text("GET", "/v1/tokens/ci/eu-de")).status, 200);
    config changed = two_identities();
    changed.identities[0].allow.clear();
    service.configure(changed);
    EXPECT_EQ(ask(*connection, request_text("GET", "/v1/tokens/ci/eu-de")).code(), "denied");
    service.configure(two_identities());
    EXPECT_EQ(ask(*connection, request_text("GET", "/v1/tokens/ci/eu-de")).status, 200);
    EXPECT_EQ(source->fetches, 1) << "the token was kept";
}

TEST_F(AccessRoutes, AReloadIsFeltByThoseWhoWait) {
    auto loses = connect(1000);
    start(*loses, request_text("GET", "/v1/tokens/ci/eu-de"));
    auto loses_too = connect(1000);
    start(*loses_too, request_text("GET", "/v1/endpoints/ci/eu-de"));
    auto keeps = connect(1001);
    start(*keeps, request_text("GET", "/v1/tokens/ci/eu-de"));
    config changed = two_identities();
    changed.identities[0].allow = {rule(1001, 7)};
    service.configure(changed);
    give_token();
    for (auto& denied : {loses, loses_too}) {
        ASSERT_TRUE(denied->answered);
        EXPECT_EQ(split_reply(*denied->answered).code(), "denied");
        EXPECT_EQ(denied->answered->find("the-token"), std::string::npos);
    }
    ASSERT_TRUE(keeps->answered);
    EXPECT_EQ(split_reply(*keeps->answered).status, 200);
}

TEST_F(AccessRoutes, AReloadTellsThoseWhoWaitNoMoreThanTheirRightsAllow) {
    auto stranger = connect(1000);
    start(*stranger, request_text("GET", "/v1/tokens/ci/eu-de"));
    auto root = connect(0);
    start(*root, request_text("GET", "/v1/tokens/ci/eu-de"));
    service.configure(config{});
    ASSERT_TRUE(stranger->answered && root->answered);
    EXPECT_EQ(split_reply(*stranger->answered).code(), "denied");
    EXPECT_EQ(split_reply(*root->answered).code(), "iam_unavailable");
}

TEST_F(AccessRoutes, AManagerWhoMayNoMoreGetIsNotAnsweredWithTheRenewedToken) {
    give_token();
    auto manager = connect(1001);
    start(*manager, request_text("POST", "/v1/tokens/ci/eu-de/renew"));
    config changed = two_identities();
    changed.identities[0].deny = {rule(1001, 1)};
    service.configure(changed);
    give(make_token("new", second_fp));
    ASSERT_TRUE(manager->answered);
    EXPECT_EQ(split_reply(*manager->answered).code(), "denied");
}

TEST_F(AccessRoutes, NoBrowserGetsHere) {
    give_token();
    auto status = [&](const std::string& header) {
        return ask(*connect(), "GET /v1/tokens/ci/eu-de HTTP/1.1\r\n" + header + "\r\n").status;
    };
    for (const char* host : {"localhost", "tokenward", "unix", "LocalHost"})
        EXPECT_EQ(status(std::string("Host: ") + host + "\r\n"), 200) << host;
    for (const char* host :
         {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "192.0.2.1", "unix,unix", "v1"})
        EXPECT_EQ(status(std::string("Host: ") + host + "\r\n"), 403) << host;
    EXPECT_EQ(status("Host: localhost\r\nOrigin: null\r\n"), 403);
    reply foreign = ask(*connect(), "GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    EXPECT_EQ(foreign.code(), "denied");
    EXPECT_EQ(foreign.json().at("title"), "browsers are not served");
    EXPECT_EQ(status("Host: localhost\r\nReferer: http://localhost/\r\n"), 403);
    EXPECT_EQ(ask(*connect(), "GET http://evil.example/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").status,
              403);
    EXPECT_EQ(ask(*connect(), "GET /healthz HTTP/1.0\r\n\r\n").status, 200);
}

TEST_F(AccessRoutes, WhateverAClientSaysOverAUnixSocketForWantOfAHostIsTaken) {
    give_token();
    for (const char* host : {"", "localhost:8080", "[::1]", "[::1]:80", "127.0.0.1",
                             "/run/tokenward/tokenward.sock", "%2Frun%2Ftokenward%2Ftokenward.sock"}) {
        const std::string request = "GET /v1/tokens/ci/eu-de HTTP/1.1\r\nHost: " + std::string(host) + "\r\n";
        EXPECT_EQ(ask(*connect(), request + "\r\n").status, 200) << host;
        EXPECT_EQ(ask(*connect(), request + "Origin: http://localhost\r\n\r\n").status, 403) << host;
        EXPECT_EQ(ask(*connect(), request + "Referer: http://localhost/\r\n\r\n").status, 403) << host;
    }
    reply mistaken = ask(*connect(), "GET /tokens/ci/eu-de HTTP/1.1\r\nHost: v1\r\n\r\n");
    EXPECT_NE(mistaken.body.find("http://localhost/v1/"), std::string::npos) << mistaken.body;
}

TEST_F(AccessRoutes, PathsAndMethodsAreWhatTheTableSays) {
    EXPECT_EQ(get("/v1/nothing").code(), "not_found");
    EXPECT_EQ(get("/").code(), "not_found");
    EXPECT_EQ(get("/v1/tokens/ci/eu-de/report/more").code(), "not_found");
    EXPECT_EQ(get("/v1/status/").code(), "bad_request");
    EXPECT_EQ(get("/v1/tokens//eu-de").code(), "bad_request");
    reply wrong = send("PUT", "/v1/tokens/ci/eu-de");
    EXPECT_EQ(wrong.code(), "method_not_allowed");
    EXPECT_EQ(wrong.field("Allow"), "GET, HEAD, DELETE, OPTIONS");
    EXPECT_EQ(get("/v1/tokens/ci/eu-de/report").field("Allow"), "POST, OPTIONS");
    reply options = send("OPTIONS", "/v1/identities");
    EXPECT_EQ(options.status, 204);
    EXPECT_EQ(options.field("Allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(send("OPTIONS", "*").status, 204);
    EXPECT_EQ(send("OPTIONS", "/v1/nothing").status, 404);
}

} // namespace
} // namespace tokenward::local::testing
