// What a proxy's URL means, and which proxy an IAM is reached by.
#include "daemon/config/proxy.hpp"

#include <gtest/gtest.h>

namespace tokenward {
namespace {

http_proxy proxy(std::string_view text) {
    auto parsed = parse_proxy(text);
    return parsed ? *parsed : http_proxy{};
}

std::string fault(std::string_view text) {
    auto parsed = parse_proxy(text);
    return parsed ? "" : parsed.error().detail;
}

std::string credentials(std::string_view text) {
    auto found = proxy(text).credentials;
    return found ? std::string(found->reveal()) : "none";
}

} // namespace

TEST(Proxy, IsAHostAndAPort) {
    EXPECT_EQ(proxy("http://proxy.example:3128").name(), "http://proxy.example:3128");
    EXPECT_EQ(proxy("http://proxy.example:3128/").name(), "http://proxy.example:3128");
    EXPECT_EQ(proxy("proxy.example:3128").name(), "http://proxy.example:3128");
    EXPECT_EQ(proxy("http://proxy.example").name(), "http://proxy.example:1080");
    EXPECT_EQ(proxy("HTTP://proxy.example:3128/any/path").name(), "http://proxy.example:3128");
    EXPECT_EQ(proxy("http://[::1]:3128").name(), "http://[::1]:3128");
    EXPECT_EQ(proxy("http://[::1]:3128").host, "::1");
}

TEST(Proxy, UserAndPasswordAreDecodedAndNotPartOfItsName) {
    EXPECT_EQ(credentials("http://proxy.example:3128"), "none");
    EXPECT_EQ(credentials("http://me:hunter2@proxy.example:3128"), "me:hunter2");
    EXPECT_EQ(credentials("http://me@proxy.example:3128"), "me:");
    EXPECT_EQ(credentials("http://me:p%40ss%3aw%2F@proxy.example:3128"), "me:p@ss:w/");
    EXPECT_EQ(credentials("http://me:p@ss@proxy.example:3128"), "me:p@ss");
    EXPECT_EQ(proxy("http://me:hunter2@proxy.example:3128").name(), "http://proxy.example:3128");
}

TEST(Proxy, WhatCannotBeOneIsRefusedWithoutQuotingIt) {
    for (const char* text :
         {"https://proxy:3128", "socks5://me:hunter2@proxy:1080", "", "http://", "http://:3128",
          "http://proxy:0", "http://proxy:65536", "http://pro xy:3128", "http://me:hunter2%@proxy:3128",
          "http://me:hunter2%0a@proxy:3128", "http://m%3ae:hunter2@proxy:1", "http://[::1]3128"}) {
        EXPECT_TRUE(fault(text).starts_with("must ")) << text;
        EXPECT_EQ(fault(text).find("hunter2"), std::string::npos) << fault(text);
    }
}

TEST(Proxy, IsAnotherWithAnotherPassword) {
    EXPECT_EQ(proxy("http://a:b@p:1"), proxy("a:b@p:1"));
    EXPECT_FALSE(proxy("http://a:b@p:1") == proxy("http://a:c@p:1"));
    EXPECT_FALSE(proxy("http://a:b@p:1") == proxy("http://p:1"));
    EXPECT_FALSE(proxy("http://p:1") == proxy("http://p:2"));
}

TEST(Proxy, OfTheEnvironmentIsThatOfTheScheme) {
    proxy_environment environment{proxy("secure:1"), proxy("plain:2"), ".corp.example,127.0.0.1:5000"};
    EXPECT_EQ(proxy_for("https://iam.example.com/v3", environment).host, "secure");
    EXPECT_EQ(proxy_for("http://iam.example.com/v3", environment).host, "plain");
    EXPECT_TRUE(proxy_for("https://iam.corp.example/v3", environment).empty());
    EXPECT_TRUE(proxy_for("http://127.0.0.1:5000/v3", environment).empty());
    EXPECT_FALSE(proxy_for("http://127.0.0.1/v3", environment).empty());
    EXPECT_TRUE(proxy_for("https://iam.example.com", {}).empty());
}

TEST(Proxy, PortOfTheSchemeIsMeantWhereTheUrlHasNone) {
    proxy_environment environment{proxy("secure:1"), proxy("plain:2"),
                                  "a.example:443,b.example:80,[::1]:443"};
    EXPECT_TRUE(proxy_for("https://a.example", environment).empty());
    EXPECT_FALSE(proxy_for("http://a.example", environment).empty());
    EXPECT_TRUE(proxy_for("http://b.example/v3", environment).empty());
    EXPECT_TRUE(proxy_for("https://[::1]/v3", environment).empty());
}

} // namespace tokenward
