// Which addresses are this machine's own.
#include "daemon/base/text/loopback.hpp"

#include <gtest/gtest.h>

#include <string>

using namespace std::literals;
using tokenward::is_loopback_v4;
using tokenward::is_loopback_v6;
using tokenward::is_short_loopback_v4;

TEST(Loopback, IsTheWholeNetworkOfVersionFour) {
    for (auto text : {"127.0.0.1", "127.0.0.0", "127.255.255.255"}) EXPECT_TRUE(is_loopback_v4(text)) << text;
    for (auto text :
         {"126.255.255.255", "128.0.0.0", "127.1", "127.0.0.256", "127.0.0.1 ", "", "::1", "1270.0.0.1"})
        EXPECT_FALSE(is_loopback_v4(text)) << text;
    EXPECT_FALSE(is_loopback_v4("127.0.0.1\0x"sv));
}

TEST(Loopback, ShortFormsOfVersionFourAreKnownToo) {
    for (auto text : {"127.0.0.1", "127.1", "127.0.1"}) EXPECT_TRUE(is_short_loopback_v4(text)) << text;
    for (auto text : {"127", "128.1", "127.a", "127.1 ", ""})
        EXPECT_FALSE(is_short_loopback_v4(text)) << text;
}

TEST(Loopback, IsOneAddressOfVersionSixAndTheMappedOnes) {
    for (auto text : {"::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "::ffff:127.9.9.9"})
        EXPECT_TRUE(is_loopback_v6(text)) << text;
    for (auto text : {"::2", "::", "[::1]", "::ffff:128.0.0.1", "127.0.0.1", "fe80::1", "::1%lo"})
        EXPECT_FALSE(is_loopback_v6(text)) << text;
    EXPECT_FALSE(is_loopback_v6("::1" + std::string(60, '0')));
}
