// `metrics`: a loopback address, or a fault with its line.
#include "tests/unit/config/parse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tokenward {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string with_listen(const std::string& address) {
    return good + "metrics:\n  listen: \"" + address + "\"\n";
}

TEST(ConfigMetrics, ThereIsNoListenerUnlessItIsAskedFor) {
    EXPECT_FALSE(parse(good).value.metrics.has_value());
}

TEST(ConfigMetrics, LoopbackAddressesAreTaken) {
    using at = loopback_address;
    EXPECT_EQ(parse(with_listen("127.0.0.1:9464")).value.metrics, (at{"127.0.0.1", 9464}));
    EXPECT_EQ(parse(with_listen("127.1.2.3:1")).value.metrics, (at{"127.1.2.3", 1}));
    EXPECT_EQ(parse(with_listen("[::1]:65535")).value.metrics, (at{"::1", 65535}));
    EXPECT_EQ(parse(with_listen("localhost:0")).value.metrics, (at{"127.0.0.1", 0}));
    EXPECT_THAT(faults_of(with_listen("[::1]:9464")), IsEmpty());
}

TEST(ConfigMetrics, WhatOthersCouldReachIsAFault) {
    for (const char* address :
         {"0.0.0.0:9464", "[::]:9464", "192.0.2.1:9464", "10.127.0.1:9464", "*:9464", "iam.example:9464",
          "127.0.0.1.example:9464", "127.0.0:9464", "127.0.0.256:9", "127.0.0.1x:9464", ":9464", "::1:9464"})
        EXPECT_THAT(faults_of(with_listen(address)),
                    ElementsAre(HasSubstr(":9: error: `listen` must be a loopback address")))
            << address;
}

TEST(ConfigMetrics, WhatIsNoAddressWithAPortIsAFault) {
    for (const char* address : {"127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1",
                                "127.0.0.1:94 64", "9464", "[::1]"})
        EXPECT_THAT(faults_of(with_listen(address)),
                    ElementsAre(HasSubstr(":9: error: `listen` is ADDRESS:PORT")))
            << address;
}

TEST(ConfigMetrics, OtherFormsOfTheSectionAreFaults) {
    EXPECT_THAT(faults_of(good + "metrics: {}\n"),
                ElementsAre(HasSubstr(":8: error: `listen` is missing in metrics")));
    EXPECT_THAT(faults_of(good + "metrics: on\n"),
                ElementsAre(HasSubstr(":8: error: metrics must be a map")));
    EXPECT_THAT(faults_of(good + "metrics: {lisen: \"127.0.0.1:1\"}\n"),
                ElementsAre(HasSubstr(":8: error: unknown key `lisen`: did you mean `listen`?")));
}

} // namespace
} // namespace tokenward
