// What programs that were linked with an earlier libtokenward rely on: numbers and layouts never change, they
// are added to. The functions are guarded by client/libtokenward.symbols.
#include "client/tokenward.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <utility>

namespace {

TEST(Abi, TheNumbersOfErrorsStayWhatTheyWere) {
    const std::pair<int, const char*> numbers[] = {{0, "ok"},
                                                   {1, "bad_request"},
                                                   {2, "denied"},
                                                   {3, "unknown_scope"},
                                                   {4, "no_such_resource"},
                                                   {5, "unknown_identity"},
                                                   {6, "not_found"},
                                                   {7, "method_not_allowed"},
                                                   {8, "not_acceptable"},
                                                   {9, "request_timeout"},
                                                   {10, "passcode_required"},
                                                   {11, "precondition_failed"},
                                                   {12, "too_large"},
                                                   {13, "unsupported_media_type"},
                                                   {14, "credential_rejected"},
                                                   {15, "too_many_requests"},
                                                   {16, "internal"},
                                                   {17, "iam_protocol"},
                                                   {18, "iam_unavailable"},
                                                   {19, "timeout"},
                                                   {20, "not_implemented"},
                                                   {64, "no_daemon"},
                                                   {65, "socket_denied"},
                                                   {66, "connection_lost"},
                                                   {67, "deadline"},
                                                   {68, "protocol"},
                                                   {69, "invalid_argument"},
                                                   {70, "no_memory"},
                                                   {71, "other"},
                                                   {72, "not_held"}};
    for (const auto& [number, name] : numbers) EXPECT_STREQ(tokenward_error_name(number), name) << number;
    EXPECT_EQ(tokenward_again, -1);
}

TEST(Abi, TheNumbersOfVerdictsStayWhatTheyWere) {
    EXPECT_EQ(tokenward_verdict_other, 0);
    EXPECT_EQ(tokenward_verdict_invalidated, 1);
    EXPECT_EQ(tokenward_verdict_already_replaced, 2);
    EXPECT_EQ(tokenward_verdict_not_about_the_token, 3);
    EXPECT_EQ(tokenward_verdict_damped, 4);
    EXPECT_EQ(TOKENWARD_FINGERPRINT_SIZE, 64);
}

TEST(Abi, WhatStructuresHaveStaysWhereItWas) {
    if (sizeof(void*) != 8 || sizeof(long) != 8) GTEST_SKIP() << "the offsets are those of LP64";
    EXPECT_EQ(offsetof(tokenward_problem, error), 0U);
    EXPECT_EQ(offsetof(tokenward_problem, http_status), 4U);
    EXPECT_EQ(offsetof(tokenward_problem, retry_after), 8U);
    EXPECT_EQ(offsetof(tokenward_problem, title), 16U);
    EXPECT_EQ(offsetof(tokenward_problem, detail), 24U);

    EXPECT_EQ(offsetof(tokenward_token, token), 0U);
    EXPECT_EQ(offsetof(tokenward_token, token_size), 8U);
    EXPECT_EQ(offsetof(tokenward_token, fingerprint), 16U);
    EXPECT_EQ(offsetof(tokenward_token, identity), 24U);
    EXPECT_EQ(offsetof(tokenward_token, scope), 32U);
    EXPECT_EQ(offsetof(tokenward_token, issued_at), 40U);
    EXPECT_EQ(offsetof(tokenward_token, expires_at), 48U);
    EXPECT_EQ(offsetof(tokenward_token, expires_in), 56U);
    EXPECT_EQ(offsetof(tokenward_token, document), 64U);
    EXPECT_EQ(offsetof(tokenward_token, document_size), 72U);

    EXPECT_EQ(offsetof(tokenward_get_options, size), 0U);
    EXPECT_EQ(offsetof(tokenward_get_options, min_ttl), 8U);
    EXPECT_EQ(offsetof(tokenward_get_options, max_wait), 16U);
    EXPECT_EQ(offsetof(tokenward_get_options, deadline_ms), 24U);
}

} // namespace
