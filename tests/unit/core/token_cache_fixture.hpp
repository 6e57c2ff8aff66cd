// A cache in a test's hands: the clock stands in `now` and is moved by the test.
#pragma once

#include "daemon/core/token_cache.hpp"

#include "tests/unit/core/make_token.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tokenward::testing {

class TokenCache : public ::testing::Test {
  protected:
    cache_entry& open(const std::string& name, bool configured = false, const std::string& identity = "ci") {
        auto e = cache.open({identity, name}, scope{scope_kind::project_name, name, {}}, configured, limit,
                            now, evicted);
        EXPECT_TRUE(e.has_value());
        return **e;
    }
    void hold(cache_entry& e, duration life = 3600s) { hold_as(e, e.scope_name(), life); }
    void hold_as(cache_entry& e, const std::string& name, duration life = 3600s) {
        step s = cache.get(e, {}, now);
        ASSERT_EQ(s.kind, step_kind::start_fetch);
        ASSERT_EQ(cache.fetched(s.id, good(name, now, life), now, 0.0).outcome,
                  lifecycle::fetch_outcome::token);
    }

    instant now = t0;
    std::size_t limit = 4;
    std::vector<std::uint64_t> evicted;
    token_cache cache;
};

} // namespace tokenward::testing
