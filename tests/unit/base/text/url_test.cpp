// Addresses of IAMs: what is refused, how they are brought into form, and their parts.
#include "daemon/base/text/url.hpp"

#include <gtest/gtest.h>

using namespace tokenward;

TEST(Url, PartsAreAsTheTextSays) {
    const url_parts named = split_url("https://iam.example.com:5000/identity/v3");
    EXPECT_TRUE(named.tls);
    EXPECT_EQ(named.host, "iam.example.com");
    EXPECT_EQ(named.port, "5000");
    EXPECT_EQ(named.path, "/identity/v3");
    const url_parts numeric = split_url("http://[::1]");
    EXPECT_FALSE(numeric.tls);
    EXPECT_EQ(numeric.host, "::1");
    EXPECT_EQ(numeric.port, "80");
    EXPECT_EQ(numeric.path, "");
    EXPECT_EQ(split_url("https://[::1]/").port, "443");
    EXPECT_EQ(split_url("http://[::1]:8080/").port, "8080");
}

TEST(Url, PasswordIsExposedByHttpToAnotherHost) {
    for (const char* exposed :
         {"http://iam.example/v3", "http://10.0.0.1", "http://[::2]:80", "http://localhost.example"})
        EXPECT_TRUE(is_exposed(exposed)) << exposed;
    for (const char* safe : {"https://iam.example/v3", "http://localhost:5000", "http://a.localhost/v3",
                             "http://127.0.0.1/", "http://127.1", "http://[::1]:5000/v3"})
        EXPECT_FALSE(is_exposed(safe)) << safe;
}

TEST(Url, HostAndPortAreTakenApartOrRefused) {
    const auto both = split_host_port("[::1]:3128");
    ASSERT_TRUE(both);
    EXPECT_EQ(both->host, "::1");
    EXPECT_EQ(both->port, "3128");
    ASSERT_TRUE(split_host_port("proxy"));
    EXPECT_EQ(split_host_port("proxy")->port, "");
    for (const char* bad :
         {"", ":1", "a:", "a:0", "a:65536", "a:+1", "[::1", "[]:1", "[::1]1", "[a]:1", "a b:1"})
        EXPECT_FALSE(split_host_port(bad)) << bad;
    EXPECT_EQ(bracketed("::1"), "[::1]");
    EXPECT_EQ(bracketed("iam"), "iam");
}

TEST(Url, IsBroughtIntoTheFormInWhichItIsUsed) {
    EXPECT_EQ(normalised_url(" HTTPS://IAM.example/v3// \t"), "https://IAM.example/v3");
    EXPECT_EQ(normalised_url("https://iam.example/v2.0/"), "https://iam.example/v3");
    EXPECT_EQ(normalised_url("https://m\u00fcnchen.example:5000"), "https://xn--mnchen-3ya.example:5000");
    EXPECT_EQ(normalised_url("no url"), "no url");
}
