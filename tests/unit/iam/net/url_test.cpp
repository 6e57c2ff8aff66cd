// What an auth_url means: where to connect to, and the path of the API.
#include "daemon/iam/net/url.hpp"

#include <gtest/gtest.h>

namespace tokenward::iam {
namespace {

struct url_row {
    const char* text;
    bool tls;
    const char* host;
    const char* port;
    const char* authority;
    const char* path;
};

class AuthUrlParts : public ::testing::TestWithParam<url_row> {};

TEST_P(AuthUrlParts, AreAsTheTextSays) {
    const url_row& r = GetParam();
    auto url = parse_auth_url(r.text);
    ASSERT_TRUE(url) << r.text << ": " << url.error().detail;
    EXPECT_EQ(url->where.tls, r.tls) << r.text;
    EXPECT_EQ(url->where.host, r.host) << r.text;
    EXPECT_EQ(url->where.port, r.port) << r.text;
    EXPECT_EQ(url->where.authority(), r.authority) << r.text;
    EXPECT_EQ(url->path, r.path) << r.text;
}

INSTANTIATE_TEST_SUITE_P(
    Each, AuthUrlParts,
    ::testing::Values(
        url_row{"https://iam.example.com/v3", true, "iam.example.com", "443", "iam.example.com", "/v3"},
        url_row{"https://iam.example.com/v3/", true, "iam.example.com", "443", "iam.example.com", "/v3"},
        url_row{"https://iam.example.com/v3//", true, "iam.example.com", "443", "iam.example.com", "/v3"},
        url_row{"https://iam.example.com", true, "iam.example.com", "443", "iam.example.com", "/v3"},
        url_row{"https://iam.example.com/", true, "iam.example.com", "443", "iam.example.com", "/v3"},
        url_row{"https://iam.example.com:443/v3", true, "iam.example.com", "443", "iam.example.com", "/v3"},
        url_row{"https://iam.example.com:5000/v3", true, "iam.example.com", "5000", "iam.example.com:5000",
                "/v3"},
        url_row{"http://controller:5000", false, "controller", "5000", "controller:5000", "/v3"},
        url_row{"http://controller/identity", false, "controller", "80", "controller", "/identity/v3"},
        url_row{"http://controller/identity/", false, "controller", "80", "controller", "/identity/v3"},
        url_row{"http://controller/identity/v3", false, "controller", "80", "controller", "/identity/v3"},
        url_row{"http://controller/identity/v3/", false, "controller", "80", "controller", "/identity/v3"},
        url_row{"http://controller:443/a/b", false, "controller", "443", "controller:443", "/a/b/v3"},
        url_row{"https://127.0.0.1:35357/v3", true, "127.0.0.1", "35357", "127.0.0.1:35357", "/v3"},
        url_row{"https://[::1]/v3", true, "::1", "443", "[::1]", "/v3"},
        url_row{"https://[2001:db8::7]:5000", true, "2001:db8::7", "5000", "[2001:db8::7]:5000", "/v3"}));

} // namespace

TEST(AuthUrl, WhatIsNoneIsRefusedWithoutQuotingIt) {
    for (const char* text : {"", "iam.example.com", "ftp://iam/v3", "https://", "https:///v3",
                             "https://:5000", "https://iam:/v3", "https://iam:0", "https://iam:99999",
                             "https://iam:5o00", "https://[::1", "https://[::1]5000", "https://[iam]/v3",
                             "https://iam/v3?a=b", "https://iam/v3#a", "https://bot:hunter2@iam/v3"}) {
        auto url = parse_auth_url(text);
        ASSERT_FALSE(url) << text;
        EXPECT_EQ(url.error().detail.find("hunter2"), std::string::npos);
    }
}

TEST(AuthUrl, ForATunnelThePortIsAlwaysSaid) {
    EXPECT_EQ(parse_auth_url("https://iam.example.com/v3")->where.host_and_port(), "iam.example.com:443");
    EXPECT_EQ(parse_auth_url("http://[::1]/v3")->where.host_and_port(), "[::1]:80");
}

} // namespace tokenward::iam
