// Whether a text is an address at which an IAM can be.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tokenward {

/// What is wrong with `url`, as the end of a message ("must …"), of static lifetime; empty = nothing. It
/// never quotes the text: people put passwords into URLs.
std::string_view url_fault(std::string_view url) noexcept;

/// An address as people write it, brought into the form in which it is used: without blanks around it, its
/// scheme in lower case, a host of other letters than ASCII's in the form that the DNS has for it (IDNA 2008,
/// as curl), without slashes at its end, and /v3 in the place of /v2.0, which keystoneauth too takes for the
/// same service. What is no such address stays as it is, for url_fault() to say why.
std::string normalised_url(std::string_view given);

/// Whether a password sent there can be read on the way: http to a host that is not this one.
/// REQUIRES: url_fault(url).empty()
bool is_exposed(std::string_view url) noexcept;

/// Views into the URL that was split, but for a port that it does not say.
struct url_parts {
    bool tls = false;        ///< https
    std::string_view host{}; ///< without the brackets of an IPv6 address
    std::string_view port{}; ///< decimal; the scheme's own if the URL has none
    std::string_view path{}; ///< from its slash, or empty
};

/// REQUIRES: url_fault(url).empty()
url_parts split_url(std::string_view url) noexcept;

/// A host as URLs have it: an IPv6 address in brackets.
std::string bracketed(std::string_view host);

/// Views into the text that was split.
struct host_port {
    std::string_view host; ///< without the brackets of an IPv6 address
    std::string_view port; ///< decimal, from 1 to 65535; empty = none was given
};

/// HOST[:PORT]; none if the text is another thing.
std::optional<host_port> split_host_port(std::string_view text) noexcept;

} // namespace tokenward
