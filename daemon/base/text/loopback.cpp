// Loopback addresses, as inet_pton(3) reads them.
#include "daemon/base/text/loopback.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace tokenward {
namespace {

// Whether `text` is an address of this family; gives it.
bool parse_address(int family, std::string_view text, void* address) noexcept {
    std::array<char, INET6_ADDRSTRLEN> ended{};
    if (text.size() >= ended.size()) return false;
    std::copy(text.begin(), text.end(), ended.begin());
    return text.find('\0') == std::string_view::npos && ::inet_pton(family, ended.data(), address) == 1;
}

} // namespace

bool is_loopback_v4(std::string_view text) noexcept {
    in_addr address{};
    return parse_address(AF_INET, text, &address) && (ntohl(address.s_addr) >> 24) == IN_LOOPBACKNET;
}

bool is_loopback_v6(std::string_view text) noexcept {
    in6_addr address{};
    if (!parse_address(AF_INET6, text, &address)) return false;
    if (IN6_IS_ADDR_V4MAPPED(&address)) return address.s6_addr[12] == IN_LOOPBACKNET;
    return IN6_IS_ADDR_LOOPBACK(&address);
}

} // namespace tokenward
