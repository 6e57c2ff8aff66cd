// The audit of all output: that it sees what processes print, and finds secrets in their usual disguises.
#include "tests/support/output_audit.hpp"
#include "tests/support/process.hpp"

#include <gtest/gtest.h>

namespace tokenward::support {
namespace {

const std::vector<forbidden_text> secrets{{"the password", "p%ss wörd"}};

TEST(OutputAudit, FindsASecretAndDoesNotRepeatIt) {
    const auto found = find_secrets("logged in with p%ss wörd", secrets);
    EXPECT_EQ(found, "the password at byte 15\n");
}

TEST(OutputAudit, FindsASecretInBase64AndPercentEncoded) {
    EXPECT_EQ(find_secrets("cCVzcyB3w7ZyZA==", secrets), "the password at byte 0 in base64\n");
    EXPECT_EQ(find_secrets("?p=p%25ss%20w%C3%B6rd", secrets), "the password at byte 3 percent-encoded\n");
}

TEST(OutputAudit, FindsNothingWhereNothingIs) {
    EXPECT_EQ(find_secrets("logged in", secrets), "");
    EXPECT_EQ(find_secrets("anything", {{"an empty text", ""}}), "");
}

TEST(OutputAudit, CollectsWhatProcessesPrint) {
    auto& audit = output_audit::instance();
    run({"/bin/echo", "a-leaked-text"});
    EXPECT_GT(audit.collected(), 0);
    audit.forbid("a test's secret", "a-leaked-text");
    EXPECT_EQ(audit.leaks(), "in /bin/echo stdout:\na test's secret at byte 0\n");
}

TEST(OutputAudit, LetsAProgramPrintATokenOnPurpose) {
    auto& audit = output_audit::instance();
    run({"/bin/echo", "a-token-on-purpose"}, {.prints_secrets = true});
    audit.forbid("a token", "a-token-on-purpose");
    EXPECT_EQ(audit.leaks().find("a token at"), std::string::npos);
}

} // namespace
} // namespace tokenward::support
