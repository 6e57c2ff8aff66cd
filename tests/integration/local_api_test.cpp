// The local API as a caller sees it, with the real daemon and the real command.
#include "tests/integration/daemon_under_test.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

using namespace tokenward::testing;

namespace {

class LocalApi : public ::testing::Test {
  protected:
    iam_standin iam;
    daemon_under_test d{{.auth_url = iam.auth_url()}};
};

} // namespace

TEST_F(LocalApi, TheTokenDocumentIsAsPromised) {
    std::string token = d.token();
    auto reply = d.get("/v1/tokens/ci/eu-de");
    EXPECT_EQ(reply.header("Content-Type"), "application/json");
    EXPECT_EQ(reply.header("Cache-Control"), "no-store");
    EXPECT_EQ(reply.header("Vary"), "Accept");
    EXPECT_EQ(reply.header("X-Subject-Token"), token);
    EXPECT_EQ(reply.header("ETag"), '"' + member(reply.body, "fingerprint") + '"');
    EXPECT_EQ(member(reply.body, "token"), token);
    EXPECT_EQ(member(reply.body, "identity"), "ci");
    EXPECT_EQ(member(reply.body, "scope"), "eu-de");
    EXPECT_GT(std::stoi(member(reply.body, "expires_in")), 86'000);
    EXPECT_TRUE(reply.has_header("Date"));
}

TEST_F(LocalApi, ANamedScopeAndTheSameSpelledOutAreOneToken) {
    EXPECT_EQ(d.token("project:eu-de"), d.token("eu-de"));
    EXPECT_EQ(member(d.get("/v1/tokens/ci/project:eu-de").body, "scope"), "eu-de");
    EXPECT_EQ(iam.logins(), 1U);
}

TEST_F(LocalApi, IncludeBodyGivesTheIamsOwnAnswerWithItsCatalog) {
    auto reply = d.get("/v1/tokens/ci/eu-de?include=body");
    EXPECT_EQ(reply.status, 200);
    EXPECT_NE(reply.body.find(R"("body":{"token":{)"), std::string::npos);
    EXPECT_NE(reply.body.find("\"catalog\":["), std::string::npos);
}

TEST_F(LocalApi, ConditionalRequestsAreAnsweredByTheFingerprint) {
    std::string tag = '"' + d.fingerprint() + '"';
    EXPECT_EQ(d.get("/v1/tokens/ci/eu-de", {{"If-None-Match", tag}}).status, 304);
    EXPECT_EQ(d.connect()
                  .request("DELETE", "/v1/tokens/ci/eu-de", {{"If-Match", "\"sha256:0000000000000000\""}})
                  .status,
              412);
    EXPECT_EQ(d.connect().request("DELETE", "/v1/tokens/ci/eu-de", {{"If-Match", tag}}).status, 204);
    EXPECT_NE('"' + d.fingerprint() + '"', tag);
}

TEST_F(LocalApi, ABrowserGetsNowhere) {
    EXPECT_EQ(d.get("/v1/tokens/ci/eu-de", {{"Host", "evil.example"}}).status, 403);
    EXPECT_EQ(d.get("/v1/tokens/ci/eu-de", {{"Origin", "https://evil.example"}}).status, 403);
    EXPECT_EQ(d.get("/v1/tokens/ci/eu-de", {{"Referer", "https://evil.example/"}}).status, 403);
}

TEST_F(LocalApi, RequestsInPiecesAndTwoInOnePieceAreAnsweredInOrder) {
    auto c = d.connect();
    std::string two =
        "GET /healthz HTTP/1.1\r\nHost: unix\r\n\r\nGET /v1/tokens/ci/nope HTTP/1.1\r\nHost: unix\r\n\r\n";
    for (char byte : two) c.send_raw({&byte, 1});
    EXPECT_EQ(c.read_reply().status, 200);
    EXPECT_EQ(c.read_reply().status, 404);
    c.send_raw(two);
    EXPECT_EQ(c.read_reply().status, 200);
    EXPECT_EQ(c.read_reply().status, 404);
}

TEST_F(LocalApi, AnOrdinaryUserIsDeniedByDefaultAndCantTellWhatExists) {
    if (geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
    auto as_nobody = [&](const std::string& identity) {
        std::filesystem::permissions(std::filesystem::path(d.socket()).parent_path(),
                                     std::filesystem::perms(0755));
        return tokenward::support::run({"setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", "curl",
                                        "-s", "-w", "%{http_code}", "--unix-socket", d.socket(),
                                        "http://localhost/v1/tokens/" + identity + "/eu-de"})
            .out;
    };
    std::string known = as_nobody("ci");
    EXPECT_NE(known.find("403"), std::string::npos) << known;
    std::string unknown = as_nobody("cj");
    EXPECT_EQ(known.substr(0, known.size()), [&] {
        auto at = unknown.find("cj");
        return at == std::string::npos ? unknown : unknown.replace(at, 2, "ci");
    }());
}

TEST_F(LocalApi, TheCommandGetsATokenAndItsStatusIsATable) {
    auto got = d.command({"get", "ci/eu-de"});
    EXPECT_EQ(got.status, 0) << got.err;
    EXPECT_EQ(got.out, d.token() + "\n");
    EXPECT_EQ(d.command({"get", "eu-de"}).out, got.out) << "the only identity needs no name";
    auto status = d.command({"status"});
    EXPECT_EQ(status.status, 0);
    EXPECT_NE(status.out.find("23h"), std::string::npos) << status.out;
    EXPECT_EQ(d.command({"get", "ci/nope"}).status, 4);
    EXPECT_EQ(d.command({"invalidate", "ci/eu-de"}).status, 0);
    EXPECT_NE(d.command({"get", "ci/eu-de"}).out, got.out);
}

TEST_F(LocalApi, ReadinessFollowsTheWarmScopes) {
    EXPECT_EQ(d.get("/healthz").status, 200);
    d.token();
    EXPECT_EQ(d.get("/readyz").status, 200);
}
