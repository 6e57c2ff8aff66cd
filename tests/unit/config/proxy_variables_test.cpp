// HTTPS_PROXY and its like: which counts, and that none stays where others can read it.
#include "daemon/config/proxy_variables.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace tokenward {
namespace {

/// Has an environment without proxies.
class ProxyVariables : public testing::Test {
  protected:
    void SetUp() override {
        for (const char* name : {"https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "no_proxy",
                                 "NO_PROXY", "all_proxy", "ALL_PROXY"})
            unsetenv(name);
    }
    void TearDown() override { SetUp(); }
    proxy_environment read() { return read_proxy_variables(x_secrets); }

    secret_reader x_secrets;
};

TEST_F(ProxyVariables, NoneIsNoProxy) {
    auto reading = read();
    EXPECT_TRUE(reading.https.empty());
    EXPECT_TRUE(reading.http.empty());
    EXPECT_EQ(reading.no_proxy, "");
}

TEST_F(ProxyVariables, LowerCaseGoesBeforeUpperCaseUnlessItIsEmpty) {
    setenv("https_proxy", "http://lower:1", 1);
    setenv("HTTPS_PROXY", "http://upper:2", 1);
    setenv("no_proxy", "", 1);
    setenv("NO_PROXY", "upper.example", 1);
    auto reading = read();
    EXPECT_EQ(reading.https.host, "lower");
    EXPECT_EQ(reading.no_proxy, "upper.example");
    setenv("https_proxy", "", 1);
    setenv("HTTPS_PROXY", "http://upper:2", 1);
    setenv("no_proxy", "lower.example", 1);
    reading = read();
    EXPECT_EQ(reading.https.host, "upper");
    EXPECT_EQ(reading.no_proxy, "lower.example");
}

TEST_F(ProxyVariables, AllProxyServesWhereTheSchemeHasNone) {
    setenv("ALL_PROXY", "HTTP://all:3/ignored", 1);
    setenv("https_proxy", "http://secure:1", 1);
    proxy_environment reading = read();
    EXPECT_EQ(reading.https.host, "secure");
    EXPECT_EQ(reading.http.host, "all");
    EXPECT_EQ(std::getenv("ALL_PROXY"), nullptr);
    setenv("all_proxy", "http://lower:4", 1);
    setenv("ALL_PROXY", "http://all:3", 1);
    EXPECT_EQ(read().https.host, "lower");
}

TEST_F(ProxyVariables, ForHttpUpperCaseIsNotRead) {
    setenv("HTTP_PROXY", "http://upper:2", 1);
    EXPECT_TRUE(read().http.empty());
    EXPECT_NE(std::getenv("HTTP_PROXY"), nullptr) << "not ours";
    setenv("http_proxy", "http://lower:1", 1);
    EXPECT_EQ(read().http.host, "lower");
}

TEST_F(ProxyVariables, AllThatMayHoldAPasswordLeaveTheEnvironment) {
    setenv("https_proxy", "http://a:hunter2@lower:1", 1);
    setenv("HTTPS_PROXY", "http://b:hunter2@upper:2", 1);
    const char* where = std::getenv("HTTPS_PROXY");
    EXPECT_EQ(read().https.credentials->reveal(), "a:hunter2");
    EXPECT_EQ(std::getenv("https_proxy"), nullptr);
    EXPECT_EQ(std::getenv("HTTPS_PROXY"), nullptr);
    EXPECT_EQ(*where, '\0') << "wiped in place";
}

TEST_F(ProxyVariables, WhatIsOfNoUseIsAFaultWithoutItsValueAndNoWayAround) {
    setenv("HTTPS_PROXY", "socks5://me:hunter2@proxy:1080", 1);
    const proxy_environment reading = read();
    EXPECT_FALSE(reading.https.empty());
    EXPECT_EQ(reading.https.host, "");
    EXPECT_EQ(reading.https.fault,
              "HTTPS_PROXY must begin with http://: proxies of another kind are not supported");
}

} // namespace
} // namespace tokenward
