// NO_PROXY, row by row.
#include "daemon/config/no_proxy.hpp"

#include <gtest/gtest.h>

namespace tokenward {
namespace {

struct no_proxy_row {
    const char* list;
    const char* host;
    bool bypassed;
    const char* port = "443";
};

class NoProxy : public ::testing::TestWithParam<no_proxy_row> {};

TEST_P(NoProxy, IsReadAsCurlAndRequestsDo) {
    const no_proxy_row& r = GetParam();
    EXPECT_EQ(bypasses_proxy(r.list, r.host, r.port), r.bypassed)
        << '"' << r.list << "\" " << r.host << ':' << r.port;
}

INSTANTIATE_TEST_SUITE_P(Names, NoProxy,
                         ::testing::Values(no_proxy_row{"", "iam.example.com", false},
                                           no_proxy_row{"*", "iam.example.com", true},
                                           no_proxy_row{"a.example, *", "::1", true},
                                           no_proxy_row{"example.com", "example.com", true},
                                           no_proxy_row{"example.com", "iam.example.com", true},
                                           no_proxy_row{"example.com", "badexample.com", false},
                                           no_proxy_row{"example.com", "example.com.evil", false},
                                           no_proxy_row{"example.com", "com", false},
                                           no_proxy_row{".example.com", "example.com", true},
                                           no_proxy_row{".example.com", "iam.example.com", true},
                                           no_proxy_row{".example.com", "badexample.com", false},
                                           no_proxy_row{"*.example.com", "iam.example.com", false},
                                           no_proxy_row{"EXAMPLE.com", "iam.Example.COM", true},
                                           no_proxy_row{"example.com.", "iam.example.com", true},
                                           no_proxy_row{"example.com", "iam.example.com.", true},
                                           no_proxy_row{"a.example,b.example", "b.example", true},
                                           no_proxy_row{" a.example ,\tb.example ", "b.example", true},
                                           no_proxy_row{"a.example b.example", "b.example", true},
                                           no_proxy_row{",,", "iam.example.com", false},
                                           no_proxy_row{".", "iam.example.com", false},
                                           no_proxy_row{"localhost", "127.0.0.1", false}));

INSTANTIATE_TEST_SUITE_P(Ports, NoProxy,
                         ::testing::Values(no_proxy_row{"example.com:443", "iam.example.com", true},
                                           no_proxy_row{"example.com:5000", "iam.example.com", false},
                                           no_proxy_row{"example.com:5000", "iam.example.com", true, "5000"},
                                           no_proxy_row{"127.0.0.1:5000", "127.0.0.1", true, "5000"},
                                           no_proxy_row{"127.0.0.1:5000", "127.0.0.1", false, "35357"},
                                           no_proxy_row{"[::1]:5000", "::1", true, "5000"},
                                           no_proxy_row{"[::1]:5000", "::1", false, "443"},
                                           no_proxy_row{":443", "iam.example.com", false}));

INSTANTIATE_TEST_SUITE_P(
    Addresses, NoProxy,
    ::testing::Values(
        no_proxy_row{"192.0.2.7", "192.0.2.7", true}, no_proxy_row{"192.0.2.7", "192.0.2.70", false},
        no_proxy_row{"2.7", "192.0.2.7", false}, no_proxy_row{"::1", "::1", true},
        no_proxy_row{"[::1]", "::1", true}, no_proxy_row{"0:0:0:0:0:0:0:1", "::1", true},
        no_proxy_row{"::1", "::2", false}, no_proxy_row{"192.0.2.0/24", "192.0.2.255", true},
        no_proxy_row{"192.0.2.0/24", "192.0.3.1", false}, no_proxy_row{"192.0.2.9/24", "192.0.2.1", true},
        no_proxy_row{"192.0.2.128/25", "192.0.2.1", false}, no_proxy_row{"0.0.0.0/0", "203.0.113.1", true},
        no_proxy_row{"0.0.0.0/0", "::1", false}, no_proxy_row{"192.0.2.0/33", "192.0.2.0", false},
        no_proxy_row{"192.0.2.0/", "192.0.2.0", false}, no_proxy_row{"192.0.2.0/x", "192.0.2.0", false},
        no_proxy_row{"192.0.2.0/24", "iam.example.com", false},
        no_proxy_row{"2001:db8::/32", "2001:db8:1::1", true},
        no_proxy_row{"2001:db8::/32", "2001:db9::1", false}, no_proxy_row{"::/129", "::1", false}));

} // namespace
} // namespace tokenward
