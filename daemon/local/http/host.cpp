// The values of Host that a client of the Unix socket, or of a loopback port, may send.
#include "daemon/local/http/host.hpp"

#include "daemon/base/text/ascii.hpp"
#include "daemon/base/text/loopback.hpp"

#include <algorithm>
#include <array>

namespace tokenward::local {
namespace {

// No host that a browser can be led to begins like this.
bool is_path(std::string_view host) noexcept {
    constexpr std::array<std::string_view, 5> beginnings{"/", "./", "../", "%2F", "%2f"};
    return std::any_of(beginnings.begin(), beginnings.end(),
                       [&](std::string_view beginning) { return host.starts_with(beginning); });
}

std::string_view without_port(std::string_view host) noexcept {
    const auto last = host.find_last_not_of("0123456789");
    return last != std::string_view::npos && host[last] == ':' ? host.substr(0, last) : host;
}

bool is_socket_name(std::string_view name) noexcept {
    constexpr std::array<std::string_view, 5> names{"", "localhost", "localhost.", "tokenward", "unix"};
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view known) { return equals_any_case(name, known); });
}

} // namespace

bool is_socket_host(std::string_view host) noexcept {
    if (is_path(host) || is_loopback_v6(host)) return true;
    const std::string_view name = without_port(host);
    if (name.starts_with('[') && name.ends_with(']')) return is_loopback_v6(name.substr(1, name.size() - 2));
    return is_socket_name(name) || is_loopback_v4(name);
}

bool is_loopback_host(std::string_view host) noexcept {
    const std::string_view name = without_port(host);
    return equals_any_case(name, "localhost") || name == "[::1]" || is_short_loopback_v4(name);
}

} // namespace tokenward::local
