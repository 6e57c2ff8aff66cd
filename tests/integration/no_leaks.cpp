// After the last test of a run: nothing that any program printed in it held a secret.
#include "tests/support/output_audit.hpp"

#include <gtest/gtest.h>

namespace {

class no_leaks final : public ::testing::Environment {
    void TearDown() override { EXPECT_EQ(tokenward::support::output_audit::instance().leaks(), ""); }
};
[[maybe_unused]] const auto* const audited =
    ::testing::AddGlobalTestEnvironment(new no_leaks); // GoogleTest's own

} // namespace
