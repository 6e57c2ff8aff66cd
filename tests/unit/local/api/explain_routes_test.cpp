// GET /v1/explain: who learns what about whose rights.
#include "tests/unit/local/api/local_side.hpp"

#include "daemon/local/peer/process_caller.hpp"

#include <unistd.h>

namespace tokenward::local::testing {
namespace {

using ExplainRoutes = LocalSide;

std::string text(const boost::json::value& v, const char* name) {
    return boost::json::value_to<std::string>(v.at(name));
}

TEST_F(ExplainRoutes, ACallerLearnsWhichRuleLetsItIn) {
    auto said = get("/v1/explain/ci/eu-de", "", 1001).json();
    EXPECT_TRUE(said.at("allowed").as_bool());
    EXPECT_EQ(text(said, "because"), "allow rule 2: {user: 1001, verbs: [get, report, manage]}");
    EXPECT_EQ(said.at("rule").at("index").as_int64(), 2);
    EXPECT_EQ(boost::json::serialize(said.at("verbs")), R"(["get","report","manage"])");
    EXPECT_EQ(said.at("uid").as_int64(), 1001);
}

TEST_F(ExplainRoutes, ACallerLearnsWhatItMayNotDo) {
    auto said = get("/v1/explain/ci/eu-de", "", 1002).json();
    EXPECT_FALSE(said.at("allowed").as_bool());
    EXPECT_TRUE(said.at("rule").is_null());
    EXPECT_EQ(text(said, "because"), "no rule of `allow` gives get on scope eu-de to uid 1002");
    EXPECT_EQ(boost::json::serialize(said.at("verbs")), R"(["report"])");
}

TEST_F(ExplainRoutes, WhoMayNothingLearnsNothing) {
    reply forbidden = get("/v1/explain/ci/eu-de", "", 4711);
    EXPECT_EQ(forbidden.code(), "denied");
    EXPECT_EQ(text(forbidden.json(), "detail"), "uid 4711 may not use ci/eu-de");
    reply unknown = get("/v1/explain/xy/eu-de", "", 4711);
    auto renamed = unknown.body;
    renamed.replace(renamed.find("xy/"), 3, "ci/");
    EXPECT_EQ(renamed, forbidden.body);
}

TEST_F(ExplainRoutes, WhoManagesMayAskAboutAnotherProcess) {
    const std::string of_us = "/v1/explain/ci/eu-de?pid=" + std::to_string(::getpid());
    auto said = get(of_us, "", 1001).json();
    EXPECT_EQ(said.at("uid").as_int64(), static_cast<std::int64_t>(::geteuid()));
    EXPECT_EQ(get(of_us, "", 1000).code(), "denied") << "may get, but not manage";
    EXPECT_EQ(get(of_us, "", 4711).code(), "denied");
}

TEST_F(ExplainRoutes, APidThatIsNoneIsAnError) {
    for (const char* bad : {"0", "-1", "x", "99999999999"})
        EXPECT_EQ(get(std::string("/v1/explain/ci/eu-de?pid=") + bad, "", 1001).code(), "bad_request") << bad;
    reply r = get("/v1/explain/ci/eu-de?pid=4194305", "", 1001); // beyond PID_MAX_LIMIT
    EXPECT_EQ(r.code(), "not_found");
    EXPECT_EQ(get("/v1/explain/ci/eu-de?ppid=1", "", 1001).code(), "bad_request");
}

TEST_F(ExplainRoutes, AnUnknownScopeIsAnError) {
    EXPECT_EQ(get("/v1/explain/ci/nonsense", "", 1001).code(), "unknown_scope");
}

TEST(ProcessCaller, IdsAreTheEffectiveOnes) {
    auto ids = read_ids("Name:\tx\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nGroups:\t27 100 \n");
    ASSERT_TRUE(ids);
    EXPECT_EQ(ids->uid, 2U);
    EXPECT_EQ(ids->groups, (std::vector<unsigned>{6, 27, 100}));
    EXPECT_FALSE(read_ids(""));
    EXPECT_FALSE(read_ids("Name:\tx\nUid:\t1\n"));
}

} // namespace
} // namespace tokenward::local::testing
