// HTTPS_PROXY and its like: which counts, and that none stays where others can read it.
#include "daemon/proxy_variables.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace tokenward {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Has an environment without proxies.
class ProxyVariables : public testing::Test {
  protected:
    void SetUp() override {
        for (const char* name :
             {"https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY", "ALL_PROXY"})
            unsetenv(name);
    }
    void TearDown() override { SetUp(); }
    proxy_reading read() { return read_proxy_variables(x_secrets); }

    secret_reader x_secrets;
};

TEST_F(ProxyVariables, NoneIsNoProxy) {
    auto reading = read();
    EXPECT_TRUE(reading.value.https.empty());
    EXPECT_TRUE(reading.value.http.empty());
    EXPECT_EQ(reading.value.no_proxy, "");
    EXPECT_THAT(reading.warnings, IsEmpty());
}

TEST_F(ProxyVariables, LowerCaseGoesBeforeUpperCaseUnlessItIsEmpty) {
    setenv("https_proxy", "http://lower:1", 1);
    setenv("HTTPS_PROXY", "http://upper:2", 1);
    setenv("no_proxy", "", 1);
    setenv("NO_PROXY", "upper.example", 1);
    auto reading = read();
    EXPECT_EQ(reading.value.https.host, "lower");
    EXPECT_EQ(reading.value.no_proxy, "upper.example");
    setenv("https_proxy", "", 1);
    setenv("HTTPS_PROXY", "http://upper:2", 1);
    setenv("no_proxy", "lower.example", 1);
    reading = read();
    EXPECT_EQ(reading.value.https.host, "upper");
    EXPECT_EQ(reading.value.no_proxy, "lower.example");
}

TEST_F(ProxyVariables, ForHttpUpperCaseAndAllProxyAreNotRead) {
    setenv("HTTP_PROXY", "http://upper:2", 1);
    setenv("ALL_PROXY", "http://all:3", 1);
    EXPECT_TRUE(read().value.http.empty());
    EXPECT_NE(std::getenv("HTTP_PROXY"), nullptr) << "not ours";
    setenv("http_proxy", "http://lower:1", 1);
    EXPECT_EQ(read().value.http.host, "lower");
}

TEST_F(ProxyVariables, AllThatMayHoldAPasswordLeaveTheEnvironment) {
    setenv("https_proxy", "http://a:hunter2@lower:1", 1);
    setenv("HTTPS_PROXY", "http://b:hunter2@upper:2", 1);
    const char* where = std::getenv("HTTPS_PROXY");
    EXPECT_EQ(read().value.https.credentials->reveal(), "a:hunter2");
    EXPECT_EQ(std::getenv("https_proxy"), nullptr);
    EXPECT_EQ(std::getenv("HTTPS_PROXY"), nullptr);
    EXPECT_EQ(*where, '\0') << "wiped in place";
}

TEST_F(ProxyVariables, WhatIsOfNoUseIsWarnedOfWithoutItsValue) {
    setenv("HTTPS_PROXY", "socks5://me:hunter2@proxy:1080", 1);
    auto reading = read();
    EXPECT_TRUE(reading.value.https.empty());
    EXPECT_THAT(reading.warnings,
                ElementsAre("HTTPS_PROXY must begin with http://: proxies of another kind are "
                            "not supported; it is not used"));
}

} // namespace
} // namespace tokenward
