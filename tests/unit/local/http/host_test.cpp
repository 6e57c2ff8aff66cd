// What Host may say over the Unix socket, and over TCP.
#include "daemon/local/http/host.hpp"

#include <gtest/gtest.h>

namespace tokenward::local {
namespace {

TEST(Host, OverAUnixSocketIsNothingAPathOrALoopbackName) {
    for (const char* host :
         {"",           ":8080",         "localhost",  "LocalHost",       "localhost:8080",
          "localhost:", "localhost.",    "tokenward",  "Tokenward:1",     "unix",
          "unix:80",    "127.0.0.1",     "127.0.0.1:", "127.255.0.7:443", "[::1]",
          "[::1]:3000", "[0:0::0001]:1", "::1",        "/run/a.sock",     "./tokenward.sock",
          "../a/b",     "%2Frun%2Fa",    "%2frun"})
        EXPECT_TRUE(is_socket_host(host)) << host;
}

TEST(Host, OverAUnixSocketIsNoOtherName) {
    for (const char* host : {"evil.example",
                             "v1",
                             "localhost.evil.example",
                             "localhost:80.evil.example",
                             "localhost:8a",
                             "localhost:-1",
                             "evil.localhost.",
                             "127.0.0.1.evil.example",
                             "127.evil.example",
                             "127.0.0",
                             "127.1",
                             "127.0.0.256",
                             "0.0.0.0",
                             "192.0.2.1",
                             "128.0.0.1",
                             "[::2]",
                             "[::1",
                             "::1]",
                             "[::1]x",
                             "[localhost]",
                             "[127.0.0.1]",
                             "[::1%25lo]",
                             "::1:80",
                             "[]",
                             "user@localhost",
                             "localhost,localhost",
                             "evil/localhost",
                             "localhost/",
                             ".",
                             "unixx",
                             "%2e",
                             "localhost..",
                             "unix."})
        EXPECT_FALSE(is_socket_host(host)) << host;
}

TEST(Host, OverTcpIsALoopbackNameAlone) {
    for (const char* host :
         {"localhost", "LOCALHOST:9464", "127.0.0.1", "127.8.0.1:9464", "[::1]", "[::1]:1"})
        EXPECT_TRUE(is_loopback_host(host)) << host;
    for (const char* host : {"", ":80", "unix", "tokenward", "/run/a.sock", "%2Frun", "::1", "localhost.",
                             "evil.example", "127.evil.example", "127.0.0.1.evil.example:9464"})
        EXPECT_FALSE(is_loopback_host(host)) << host;
}

} // namespace
} // namespace tokenward::local
