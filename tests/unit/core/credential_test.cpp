// When an operator is told that a password will expire.
#include "daemon/core/credential.hpp"

#include <gtest/gtest.h>

using namespace tokenward;
using namespace std::chrono_literals;
using std::chrono::days;

TEST(PasswordNotice, Comes14And3DaysAhead) {
    const wall_time end(1'800'000'000s);
    EXPECT_EQ(notice_of(std::nullopt, end), password_notice::none) << "it never expires";
    EXPECT_EQ(notice_of(end, end - days(14) - 1s), password_notice::none);
    EXPECT_EQ(notice_of(end, end - days(14)), password_notice::fourteen_days);
    EXPECT_EQ(notice_of(end, end - days(3) - 1s), password_notice::fourteen_days);
    EXPECT_EQ(notice_of(end, end - days(3)), password_notice::three_days);
    EXPECT_EQ(notice_of(end, end + days(1)), password_notice::three_days)
        << "over, and worth saying all the more";
}

TEST(PasswordNotice, DatesThatLieAsFarApartAsCanBeAreCompared) {
    EXPECT_EQ(notice_of(wall_time::max(), wall_time::min()), password_notice::none);
    EXPECT_EQ(notice_of(wall_time::min(), wall_time::max()), password_notice::three_days);
}
