// Who got which token, and how often that is said; and how much is said at all.
#include "tests/unit/local/api/local_side.hpp"

#include "daemon/local/api/audit.hpp"

namespace tokenward::local::testing {
namespace {

fake_caller somebody(std::optional<unsigned> uid, const std::string& unit = "") {
    fake_caller who;
    who.number = uid;
    who.in_unit = unit;
    return who;
}

TEST(AuditPace, TheFirstGetIsToldAtOnceAndTheNextOnesTogether) {
    audit_limiter pace;
    instant at(1000h);
    EXPECT_EQ(pace.given(somebody(1000), 1, at), 1U);
    for (int i = 0; i < 50; ++i) EXPECT_EQ(pace.given(somebody(1000), 1, at + 1s), std::nullopt);
    EXPECT_EQ(pace.given(somebody(1000), 1, at + 60s), 51U);
    EXPECT_EQ(pace.given(somebody(1000), 1, at + 61s), std::nullopt);
}

TEST(AuditPace, EachCallerAndScopeHasItsOwn) {
    audit_limiter pace;
    instant at(1000h);
    EXPECT_EQ(pace.given(somebody(1000), 1, at), 1U);
    EXPECT_EQ(pace.given(somebody(1001), 1, at), 1U);
    EXPECT_EQ(pace.given(somebody(1000), 2, at), 1U);
    EXPECT_EQ(pace.given(somebody(std::nullopt), 2, at), 1U);
}

TEST(AuditPace, AUnitThatARuleAskedForIsACallerOfItsOwn) {
    audit_limiter pace;
    instant at(1000h);
    EXPECT_EQ(pace.given(somebody(1, "a.service"), 1, at), 1U);
    EXPECT_EQ(pace.given(somebody(1, "b.service"), 1, at), 1U);
    EXPECT_EQ(pace.given(somebody(1, "a.service"), 1, at), std::nullopt);
}

TEST(AuditPace, IsBounded) {
    audit_limiter pace;
    instant at(1000h);
    EXPECT_EQ(pace.given(somebody(0), 0, at), 1U);
    for (std::uint64_t entry = 1; entry <= audit_limiter::most; ++entry)
        EXPECT_EQ(pace.given(somebody(0), entry, at), 1U);
    EXPECT_EQ(pace.given(somebody(0), 0, at), 1U) << "forgotten, and so told of anew";
    EXPECT_EQ(pace.given(somebody(0), audit_limiter::most, at), std::nullopt)
        << "the last ones are remembered";
}

class LogRoutes : public LocalSide {
  protected:
    ~LogRoutes() override { tokenward::log::set_level(tokenward::log::level::error); }
    reply set(const std::string& body, unsigned uid = 0, const std::string& type = "application/json") {
        return send("POST", "/v1/log-level", "Content-Type: " + type + "\r\n", body, uid);
    }
};

TEST_F(LogRoutes, RootAndTheDaemonsOwnUserSetTheLevel) {
    EXPECT_EQ(set(R"({"level":"warning"})").body, R"({"level":"warning"})");
    EXPECT_EQ(get("/v1/log-level", "", 500).body, R"({"level":"warning"})");
    EXPECT_EQ(tokenward::log::current_level(), tokenward::log::level::warning);
}

TEST_F(LogRoutes, NobodyElseDoes) {
    EXPECT_EQ(set(R"({"level":"debug"})", 1001).code(), "denied");
    EXPECT_EQ(get("/v1/log-level", "", 1001).code(), "denied");
    EXPECT_EQ(tokenward::log::current_level(), tokenward::log::level::error);
}

// Root in a container, with a socket of its own, must not silence what is said of all others.
TEST_F(LogRoutes, NobodyDoesByASocketThatShowsSomeIdentitiesOnly) {
    auto connection = std::make_shared<fake_connection>(0);
    connection->peer.sees_all = false;
    const std::string text =
        request_text("POST", "/v1/log-level", "Content-Type: application/json\r\n", R"({"level":"debug"})");
    EXPECT_EQ(ask(*connection, text).code(), "denied");
    EXPECT_EQ(tokenward::log::current_level(), tokenward::log::level::error);
}

TEST_F(LogRoutes, WhoSetsItIsSaidThoughItBeToSilence) {
    set(R"({"level":"info"})");
    ::testing::internal::CaptureStderr();
    set(R"({"level":"error"})", 500);
    const std::string line = ::testing::internal::GetCapturedStderr();
    EXPECT_NE(line.find("the log's level is error now, and was info event=log_level peer_uid=500"),
              std::string::npos)
        << line;
}

TEST_F(LogRoutes, ALevelThatIsNoneIsRefused) {
    for (const char* bad : {"", "{}", R"({"level":"loud"})", R"({"level":1})", "[]"})
        EXPECT_EQ(set(bad).code(), "bad_request") << bad;
    EXPECT_EQ(set(R"({"level":"debug"})", 0, "text/plain").code(), "unsupported_media_type");
}

} // namespace
} // namespace tokenward::local::testing
