// A key's life in a test's hands: the clock stands in `now` and is moved by the test.
#pragma once

#include "daemon/core/lifecycle.hpp"

#include "tests/unit/core/make_token.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tokenward::testing {

class Lifecycle : public ::testing::Test {
  protected:
    void hold(const std::string& name = "one", duration life = 3600s) {
        ASSERT_EQ(life_.get({}, now, ++last).kind, step_kind::start_fetch);
        ASSERT_EQ(life_.fetched(last, good(name, now, life), now, 0.0), lifecycle::fetch_outcome::token);
    }
    step get(get_request wanted = {}) { return life_.get(wanted, now, ++last); }
    due_kind due() { return life_.due(now, ++last); }
    lifecycle::fetch_outcome end(fetch_result r) {
        return life_.fetched(life_.fetch_under_way(), std::move(r), now, 1.0);
    }

    instant now = t0;
    ticket last = 0;
    lifecycle life_{true, t0};
};

} // namespace tokenward::testing
