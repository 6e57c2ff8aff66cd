// Matches hosts and ports against the entries of NO_PROXY.
#include "daemon/config/no_proxy.hpp"

#include "daemon/base/text/ascii.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <arpa/inet.h> // inet_pton, which does no I/O

namespace tokenward {
namespace {

constexpr std::size_t longest_address = 45; // of IPv6 with an IPv4 tail

struct address {
    std::array<unsigned char, 16> bytes{};
    unsigned bits = 0; ///< 32 or 128
};

std::optional<address> read_address(std::string_view text) noexcept {
    char terminated[longest_address + 1] = {};
    if (text.size() > longest_address) return std::nullopt;
    std::copy(text.begin(), text.end(), terminated);
    address made;
    if (inet_pton(AF_INET, terminated, made.bytes.data()) == 1)
        made.bits = 32;
    else if (inet_pton(AF_INET6, terminated, made.bytes.data()) == 1)
        made.bits = 128;
    else
        return std::nullopt;
    return made;
}

bool is_equal(const address& a, const address& b, unsigned bits) noexcept {
    if (a.bits != b.bits) return false;
    for (unsigned i = 0; i < bits; ++i) {
        unsigned mask = 0x80U >> (i % 8);
        if ((a.bytes[i / 8] & mask) != (b.bytes[i / 8] & mask)) return false;
    }
    return true;
}

bool is_in_network(std::string_view entry, std::size_t slash, std::string_view host) noexcept {
    auto network = read_address(entry.substr(0, slash));
    auto address = read_address(host);
    auto bits = parse_number<unsigned>(entry.substr(slash + 1));
    return network && address && bits && *bits <= network->bits && is_equal(*network, *address, *bits);
}

bool is_name_or_below(std::string_view host, std::string_view name) noexcept {
    if (name.starts_with('.')) name.remove_prefix(1);
    if (name.ends_with('.')) name.remove_suffix(1);
    if (host.ends_with('.')) host.remove_suffix(1);
    if (name.empty() || host.size() < name.size()) return false;
    std::size_t before = host.size() - name.size();
    return equals_any_case(host.substr(before), name) && (before == 0 || host[before - 1] == '.');
}

/// Takes `:PORT` off the end; none if there is no port. (An IPv6 address has colons too.)
std::optional<std::string_view> take_port(std::string_view& entry) noexcept {
    std::size_t colon = entry.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    bool is_one = entry.starts_with('[') ? entry[colon - 1] == ']' : entry.find(':') == colon;
    if (!is_one) return std::nullopt;
    std::string_view port = entry.substr(colon + 1);
    entry = entry.substr(0, colon);
    return port;
}

bool covers(std::string_view entry, std::string_view host, std::string_view port) noexcept {
    if (entry == "*") return true;
    if (auto slash = entry.find('/'); slash != std::string_view::npos)
        return is_in_network(entry, slash, host);
    if (auto only = take_port(entry); only && *only != port) return false;
    if (entry.starts_with('[') && entry.ends_with(']')) entry = entry.substr(1, entry.size() - 2);
    auto wanted = read_address(entry);
    auto is = read_address(host);
    if (wanted || is) return wanted && is && is_equal(*wanted, *is, wanted->bits);
    return is_name_or_below(host, entry);
}

} // namespace

bool bypasses_proxy(std::string_view no_proxy, std::string_view host, std::string_view port) noexcept {
    constexpr std::string_view between = ", \t";
    while (!no_proxy.empty()) {
        std::size_t end = std::min(no_proxy.find_first_of(between), no_proxy.size());
        if (end != 0 && covers(no_proxy.substr(0, end), host, port)) return true;
        no_proxy.remove_prefix(std::min(end + 1, no_proxy.size()));
    }
    return false;
}

} // namespace tokenward
