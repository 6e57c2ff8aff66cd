// Passcodes against RFC 6238's own table, and secrets as people write them.
#include "daemon/iam/totp.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace tokenward::iam {
namespace {

using namespace std::chrono_literals;

// RFC 6238, appendix B: the key is the ASCII text 12345678901234567890, the codes have eight digits.
const secret rfc_key{"12345678901234567890"};
const secret rfc_base32{"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"};

std::string code_at(std::chrono::seconds at, unsigned digits) {
    return std::string(totp_passcode(rfc_key, totp_step(wall_time(at), 30s), digits).reveal());
}

TEST(Totp, AgreesWithTheTableOfTheRfc) {
    EXPECT_EQ(code_at(59s, 8), "94287082");
    EXPECT_EQ(code_at(1'111'111'109s, 8), "07081804");
    EXPECT_EQ(code_at(1'111'111'111s, 8), "14050471");
    EXPECT_EQ(code_at(1'234'567'890s, 8), "89005924");
    EXPECT_EQ(code_at(2'000'000'000s, 8), "69279037");
    EXPECT_EQ(code_at(20'000'000'000s, 8), "65353130");
    EXPECT_EQ(code_at(59s, 6), "287082") << "the last digits of the same";
}

TEST(Totp, APasscodeThatLiboathDoesNotMakeIsNoEmptyOne) {
    EXPECT_THROW(totp_passcode(rfc_key, 1, 5), std::runtime_error);
}

TEST(Totp, AStepLastsItsPeriod) {
    EXPECT_EQ(totp_step(wall_time(29'999'999us), 30s), 0);
    EXPECT_EQ(totp_step(wall_time(30s), 30s), 1);
    EXPECT_EQ(totp_step(wall_time(30s), 60s), 0);
}

TEST(Totp, TheSecretIsBase32HoweverItIsWritten) {
    for (const char* text : {"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "gezdgnbvgy3tqojqgezdgnbvgy3tqojq",
                             "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"}) {
        auto key = decode_totp_secret(secret(std::string_view(text)));
        ASSERT_TRUE(key) << text;
        EXPECT_EQ(*key, rfc_key) << text;
    }
}

TEST(Totp, WhatIsNoBase32IsSaidWithoutRepeatingIt) {
    for (const char* text : {"", "01189998819991197253", "GEZDGNBV!"}) {
        auto key = decode_totp_secret(secret(std::string_view(text)));
        ASSERT_FALSE(key) << text;
        EXPECT_EQ(key.error().detail, "is not base32 (A to Z and 2 to 7)");
    }
}

} // namespace
} // namespace tokenward::iam
