// The preference `wait` (RFC 7240).
#include "daemon/local/http/prefer.hpp"
#include "tests/unit/local/http/request_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tokenward::local {
namespace {

using namespace std::chrono_literals;

std::optional<std::chrono::seconds> wait_of(const std::string& fields) {
    std::string text = with_fields(fields);
    request_parser parser;
    request asked;
    EXPECT_EQ(parser.parse(text, asked), outcome::complete) << fields;
    return wait_preference(asked);
}

TEST(Prefer, WaitIsTheFirstOfThatName) {
    EXPECT_EQ(wait_of("Prefer: wait=5\r\n"), 5s);
    EXPECT_EQ(wait_of("Prefer: WAIT = \"7\"; a=b\r\n"), 7s);
    EXPECT_EQ(wait_of("Prefer: respond-async, wait=5, wait=6\r\n"), 5s);
    EXPECT_EQ(wait_of("Prefer: a=\"x, wait=3\", wait=4\r\n"), 4s);
    EXPECT_EQ(wait_of("Prefer: a=\"\\\", wait=3\", wait=4\r\n"), 4s);
    EXPECT_EQ(wait_of("prefer: respond-async, Wait = \"10\" ; strict\r\n"), 10s);
    EXPECT_EQ(wait_of("Prefer: foo=\"a, \\\" wait=5\"; x=\",\", wait=7\r\n"), 7s);
    EXPECT_EQ(wait_of("Prefer: wait=1, wait=2\r\nPrefer: wait=3\r\n"), 1s);
    EXPECT_EQ(wait_of("Prefer: a\r\nAccept: */*\r\nPrefer: wait=0\r\n"), 0s);
}

TEST(Prefer, WaitIsBounded) {
    EXPECT_EQ(wait_of("Prefer: wait=300\r\n"), 300s);
    EXPECT_EQ(wait_of("Prefer: wait=301\r\n"), 300s);
    EXPECT_EQ(wait_of("Prefer: wait=999999999999999999\r\n"), 300s);
}

TEST(Prefer, WhatIsNotUnderstoodIsIgnored) {
    for (const char* value : {"", "wait", "wait=", "wait=x", "wait=-1", "wait=\"", "wait=\"\"", "waiting=5",
                              "a;wait=5", "\\", "wait=x, wait=5"})
        EXPECT_EQ(wait_of("Prefer: " + std::string(value) + "\r\n"), std::nullopt) << value;
    EXPECT_EQ(wait_of("Accept: wait=5\r\n"), std::nullopt);
    EXPECT_EQ(wait_of(""), std::nullopt);
}

TEST(Prefer, TheWaitThatIsAppliedIsConfirmed) {
    EXPECT_EQ(applied_wait(0s), "Preference-Applied: wait=0\r\n");
    EXPECT_EQ(applied_wait(300s), "Preference-Applied: wait=300\r\n");
}

} // namespace
} // namespace tokenward::local
