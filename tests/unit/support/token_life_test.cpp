// The life of the stand-in's tokens: their size and time, use, validation, rescoping and end.
#include "tests/unit/support/standin_fixture.hpp"

#include <gmock/gmock.h>

namespace tokenward::support {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

constexpr std::string_view eu_nl = R"({"project":{"name":"eu-nl"}})";

class Token : public standin_test {
  protected:
    int validate(std::string_view method, std::string_view caller, std::string_view subject) const {
        return x_iam.connect()
            .request(method, "/v3/auth/tokens",
                     {{"X-Auth-Token", std::string(caller)}, {"X-Subject-Token", std::string(subject)}})
            .status;
    }

    static std::string expiry(const http_reply& reply) {
        return reply.body.substr(reply.body.find("expires_at"), 45);
    }
};

TEST_F(Token, HasTheSizeThatWasSet) {
    for (const std::size_t size : {std::size_t{16}, std::size_t{16384}, std::size_t{61440}}) {
        x_iam.set_token_size(size);
        EXPECT_EQ(new_token().size(), size);
    }
}

TEST_F(Token, IsNeverTheSameTwice) {
    EXPECT_NE(new_token(), new_token());
}

TEST_F(Token, IsTakenByAService) {
    const auto reply = use(new_token());
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, R"({"ok":true})");
}

TEST_F(Token, UnknownIsRefusedInTheWordsOfEachService) {
    EXPECT_EQ(use("nonsense").status, 401);
    EXPECT_EQ(use("nonsense").body, R"({"error_msg":"The token must be updated.","error_code":"APIG.0307"})");
    EXPECT_EQ(use("nonsense", "/service/dns/zones").status, 403);
    EXPECT_EQ(use("nonsense", "/service/dns/zones").body, R"({"message":"X-Auth-Token is invalid"})");
    x_iam.set(R"({"dialect": "keystone"})");
    EXPECT_THAT(use("nonsense").body, HasSubstr("The request you have made requires authentication."));
}

TEST_F(Token, IsRefusedByTheWrongRegionThoughItLives) {
    const auto token = new_token();
    EXPECT_THAT(use(token, "/service/wrong-region/servers").body, HasSubstr("APIG.0307"));
    EXPECT_EQ(use(token).status, 200);
}

TEST_F(Token, EndsWithItsLifetime) {
    x_iam.set_lifetime(seconds{60});
    const auto token = new_token();
    EXPECT_EQ(use(token).status, 200);
    x_iam.set_clock_offset(seconds{61});
    EXPECT_EQ(use(token).status, 401);
}

TEST_F(Token, IsValidatedByGetAndHead) {
    const auto token = new_token();
    const auto reply =
        x_iam.connect().get("/v3/auth/tokens", {{"X-Auth-Token", token}, {"X-Subject-Token", token}});
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.header("X-Subject-Token"), token);
    EXPECT_THAT(reply.body, HasSubstr("expires_at"));
    EXPECT_EQ(validate("HEAD", token, token), 200);
    EXPECT_EQ(validate("HEAD", token, "nonsense"), 404);
    EXPECT_EQ(validate("HEAD", "nonsense", token), 401);
    EXPECT_EQ(x_iam.state().validations, 4);
}

TEST_F(Token, IsRevokedByDelete) {
    const auto own = new_token(), subject = new_token();
    EXPECT_EQ(validate("DELETE", own, subject), 204);
    EXPECT_EQ(validate("DELETE", own, subject), 404);
    EXPECT_EQ(use(subject).status, 401);
    EXPECT_EQ(use(own).status, 200);
}

TEST_F(Token, IsRevokedByTheControlInterface) {
    const auto mine = new_token();
    const auto other = log_in(password_login("", "stand-in-password-of-limited-bot", "limited-bot"))
                           .header("X-Subject-Token");
    x_iam.revoke("limited-bot");
    EXPECT_EQ(use(mine).status, 200);
    EXPECT_EQ(use(other).status, 401);
    x_iam.revoke_all();
    EXPECT_EQ(use(mine).status, 401);
}

TEST_F(Token, OpensAnotherScopeAndTheChildKeepsItsExpiry) {
    const auto parent = log_in();
    x_iam.set_lifetime(seconds{7});
    const auto child = log_in(token_login(parent.header("X-Subject-Token"), eu_nl));
    EXPECT_EQ(child.status, 201);
    EXPECT_EQ(expiry(child), expiry(parent));
    EXPECT_THAT(child.body, HasSubstr(R"("methods":["password","token"])"));
    EXPECT_EQ(x_iam.state().by_method.at("token").succeeded, 1);
}

TEST_F(Token, ThatIsDeadOpensNothing) {
    const auto parent = new_token();
    x_iam.revoke_all();
    EXPECT_EQ(log_in(token_login(parent, eu_nl)).status, 404);
}

TEST_F(Token, DescriptionGrowsToTheCatalogSizeThatWasSet) {
    x_iam.set(R"({"catalog_size": 204800})");
    EXPECT_GE(log_in().body.size(), 204800);
}

TEST_F(Token, TimesAndDateFollowTheClockOffset) {
    x_iam.set_clock_offset(seconds{-500 * 86400LL});
    const auto reply = log_in();
    const auto year = reply.header("Date").substr(12, 4);
    EXPECT_THAT(reply.body, HasSubstr(R"("issued_at":")" + year));
    x_iam.set_clock_offset(seconds{0});
    EXPECT_NE(log_in().header("Date").substr(12, 4), year);
}

} // namespace
} // namespace tokenward::support
