// Which hosts are reached without the proxy: NO_PROXY as curl and Python's requests read it.
#pragma once

#include <string_view>

namespace tokenward {

/// Whether the list `no_proxy` says that `host` is reached without a proxy. Commas or spaces separate the
/// entries:
///   `*`                             every host
///   `example.com`, `.example.com`   that name and all below it, in any case
///   `192.0.2.7`, `2001:db8::7`      that address; with or without the brackets of IPv6
///   `192.0.2.0/24`, `2001:db8::/32` the addresses of that network
///   any of these but a network with `:PORT`: for that port alone
/// Names are never looked up: an address in the list does not mean the names that lead to it.
/// `host` is a name or an address without brackets; `port` is decimal.
bool bypasses_proxy(std::string_view no_proxy, std::string_view host, std::string_view port) noexcept;

} // namespace tokenward
