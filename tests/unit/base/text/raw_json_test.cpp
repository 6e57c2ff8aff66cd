// Members of JSON objects as they stand.
#include "daemon/base/text/raw_json.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tokenward {
namespace {

std::string value_of(std::string_view object, std::string_view name) {
    auto found = find_member(object, name);
    return found ? std::string(found->value) : "none";
}

TEST(RawJson, AValueIsItsVeryBytes) {
    EXPECT_EQ(value_of(R"({"a":1e400,"b":[1e400, {"a":"]}"}] ,"c":-0})", "a"), "1e400");
    EXPECT_EQ(value_of(R"({"a":1e400,"b":[1e400, {"a":"]}"}] ,"c":-0})", "b"), R"([1e400, {"a":"]}"}])");
    EXPECT_EQ(value_of(R"({"a":1e400,"b":[1e400, {"a":"]}"}] ,"c":-0})", "c"), "-0");
    EXPECT_EQ(value_of(" \n{ \"a\" :\t12345678901234567890 \r\n}\n", "a"), "12345678901234567890");
    EXPECT_EQ(value_of(R"({"x":"\\\"},{\"a\":","a":"\\"})", "a"), R"("\\")");
    EXPECT_EQ(value_of(R"({"":null,"a":{}})", "a"), "{}");
    EXPECT_EQ(value_of(R"({"b":true,"a":false})", "a"), "false");
}

TEST(RawJson, ANameMayBeEscaped) {
    EXPECT_EQ(value_of(R"({"\u0074oken":1})", "token"), "1");
    EXPECT_EQ(value_of(R"({"to\u006Ben":1})", "token"), "1");
    EXPECT_EQ(value_of(R"({"a\/b\"":1})", "a/b\""), "1");
    EXPECT_EQ(value_of(R"({"token2":1,"toke":2,"Token":3,"t\u00f6ken":4,"t\u016fken":5})", "token"), "none");
    EXPECT_EQ(count_members(R"({"token":1,"to\u006ben":2,"x":{"token":3}})", "token"), 2U);
}

TEST(RawJson, WhatIsNoObjectHasNoMembers) {
    for (const char* text : {"", " ", "{", "{}", "[]", R"(["a",1])", R"("a")", R"({"a")", R"({"a" 1})",
                             R"({a:1})", "1", R"({"a)", R"({"a\)"})
        EXPECT_EQ(value_of(text, "a"), "none") << text;
}

TEST(RawJson, AMemberCanBeLeftOut) {
    EXPECT_EQ(without_member(R"({"a":1,"b":2,"c":3})", "a"), R"({"b":2,"c":3})");
    EXPECT_EQ(without_member(R"({"a":1,"b":2,"c":3})", "b"), R"({"a":1,"c":3})");
    EXPECT_EQ(without_member(R"({"a":1,"b":2,"c":3})", "c"), R"({"a":1,"b":2})");
    EXPECT_EQ(without_member(R"({"a" : 1e400 , "b": [ 2 ]})", "x"), R"({"a" : 1e400,"b": [ 2 ]})");
    EXPECT_EQ(without_member(R"({"a":1,"\u0061":2})", "a"), "{}");
}

TEST(RawJson, DepthCostsNoStack) {
    const std::string deep(1'000'000, '[');
    EXPECT_EQ(value_of("{\"a\":" + deep + std::string(1'000'000, ']') + ",\"b\":7}", "b"), "7");
    EXPECT_EQ(value_of("{\"a\":" + deep, "b"), "none");
}

} // namespace
} // namespace tokenward
