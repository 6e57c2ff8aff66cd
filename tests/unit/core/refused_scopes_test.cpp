// What an IAM has refused outlives the entry that asked.
#include "daemon/core/token_cache.hpp"

#include "tests/unit/core/make_token.hpp"

#include <gtest/gtest.h>

using namespace tokenward;
using namespace tokenward::testing;

namespace {

class RefusedScopes : public ::testing::Test {
  protected:
    static scope named(const std::string& name) { return {scope_kind::project_name, name, {}}; }
    cache_entry& open(const std::string& name, bool configured = false) {
        return **cache.open({"ci", name}, named(name), configured, 1, now, evicted);
    }
    /// The error of a get that starts no fetch; internal if it starts one.
    problem error_of(const std::string& name) {
        step s = cache.get(open(name), {}, now);
        return s.kind == step_kind::fail ? s.error : problem{errc::internal, "it was asked for"};
    }
    void refuse(const std::string& name, errc code = errc::unknown_scope,
                retry_rule retry = retry_rule::remember) {
        step s = cache.get(open(name), {}, now);
        ASSERT_EQ(s.kind, step_kind::start_fetch);
        cache.fetched(s.id, bad(code, retry), now, 0.0);
    }

    instant now = t0;
    std::vector<std::uint64_t> evicted;
    token_cache cache;
};

} // namespace

TEST_F(RefusedScopes, OneThatMadeRoomIsStillRefusedAMinuteLong) {
    refuse("nowhere");
    now += 20s;
    open("other");
    ASSERT_EQ(cache.find({"ci", "nowhere"}), nullptr);
    EXPECT_TRUE(cache.remembers("ci", named("nowhere"), now));
    const problem error = error_of("nowhere");
    EXPECT_EQ(error.code, errc::unknown_scope);
    EXPECT_EQ(error.retry_after, 40s);
    open("other");
    now += 40s;
    EXPECT_FALSE(cache.remembers("ci", named("nowhere"), now));
    EXPECT_EQ(error_of("nowhere").code, errc::internal) << "somebody may have made it by now";
}

TEST_F(RefusedScopes, WhatFailsForOtherReasonsIsNotHeldAgainstIt) {
    refuse("away", errc::iam_unavailable, retry_rule::back_off);
    open("other");
    EXPECT_FALSE(cache.remembers("ci", named("away"), now));
}

TEST_F(RefusedScopes, AnIdentityThatLogsInOtherwiseBeginsAnew) {
    refuse("nowhere");
    open("other");
    cache.forget_refused("ci");
    EXPECT_EQ(error_of("nowhere").code, errc::internal);
}

TEST_F(RefusedScopes, OneThatIsConfiguredNowIsTriedAtOnce) {
    refuse("nowhere");
    open("other");
    open("nowhere", true);
    EXPECT_EQ(cache.take_due(now).fetches.size(), 1U);
}

TEST_F(RefusedScopes, ThereIsABoundAndTheOldestGoes) {
    refused_scopes all;
    const remembered_failure what{.failure = {{errc::unknown_scope, "no"}}, .next_try = now + 60s};
    for (std::size_t i = 0; i <= refused_scopes::most; ++i)
        all.remember("ci", named(std::to_string(i)), what, now);
    EXPECT_EQ(all.size("ci"), refused_scopes::most);
    EXPECT_FALSE(all.knows("ci", named("0"), now));
    EXPECT_TRUE(all.knows("ci", named("1"), now));
    EXPECT_FALSE(all.knows("other", named("1"), now));
    now += 60s;
    all.remember("ci", named("new"), {.failure = what.failure, .next_try = now + 60s}, now);
    EXPECT_EQ(all.size("ci"), 1U) << "what is over is not kept";
}

TEST_F(RefusedScopes, OneIsKnownUntilItsTimeAndNotAtIt) {
    for (const auto before : {1ns, 0ns}) {
        refused_scopes all;
        all.remember("ci", named("a"), {.failure = {{errc::unknown_scope, "no"}}, .next_try = now + 60s},
                     now);
        const instant then = now + 60s - before;
        EXPECT_EQ(all.knows("ci", named("a"), then), before != 0ns);
        EXPECT_EQ(all.take("ci", named("a"), then).has_value(), before != 0ns);
        EXPECT_EQ(all.size("ci"), 0U) << "what is taken has an owner again";
    }
}

TEST_F(RefusedScopes, WhatIsRememberedOfOneScopeSaysNothingOfAnother) {
    refused_scopes all;
    all.remember("ci", named("a"), {.failures = 3, .next_try = now + 60s}, now);
    EXPECT_FALSE(all.take("ci", named("b"), now));
    EXPECT_FALSE(all.take("other", named("a"), now));
    ASSERT_TRUE(all.knows("ci", named("a"), now));
    all.remember("ci", named("b"), {.failures = 1, .next_try = now + 60s}, now);
    EXPECT_EQ(all.take("ci", named("a"), now)->failures, 3U);
    EXPECT_TRUE(all.knows("ci", named("b"), now)) << "nor is it forgotten with it";
}
