// Which values of Host are served: none that a web page can send by a DNS name of its own. Pure.
#pragma once

#include <string_view>

namespace tokenward::local {

/// Whether a client of the Unix socket may send this (RFC 9112, section 3.2, defines nothing for a socket's
/// path): nothing at all; a path, percent-encoded or not; localhost, tokenward, unix or a loopback address.
/// Any port.
bool is_socket_host(std::string_view host) noexcept;

/// Whether it is localhost or a loopback address, with any port: what a client of a loopback port says, and
/// what no page can say that was led here by DNS.
bool is_loopback_host(std::string_view host) noexcept;

} // namespace tokenward::local
