// URLs of IAMs. Stricter than RFC 3986: user names, queries and fragments have no meaning here.
#include "daemon/base/text/url.hpp"

#include "daemon/base/text/ascii.hpp"
#include "daemon/base/text/loopback.hpp"

#include <idn2.h>

#include <algorithm>
#include <memory>

namespace tokenward {
namespace {

constexpr std::string_view http = "http://";
constexpr std::string_view https = "https://";

struct authority {
    std::string_view host; ///< with the brackets of an IPv6 address
    std::string_view port; ///< with its colon, or empty
};

authority split_authority(std::string_view text) noexcept {
    std::size_t end = text.starts_with('[') ? text.find(']') : text.find(':');
    if (text.starts_with('[') && end != std::string_view::npos) ++end;
    const std::string_view host = text.substr(0, end);
    return {host, text.substr(host.size())};
}

std::string_view unbracketed(std::string_view host) noexcept {
    return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}

/// What follows the scheme. REQUIRES: `url` begins with http:// or https://
std::string_view without_scheme(std::string_view url) noexcept {
    return url.substr(url.starts_with(https) ? https.size() : http.size());
}

bool is_host(std::string_view host) noexcept {
    if (host.starts_with('[')) {
        if (host.size() < 4 || !host.ends_with(']')) return false;
        std::string_view inside = host.substr(1, host.size() - 2);
        return inside.find(':') != std::string_view::npos &&
               inside.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
    }
    auto fits = [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '_'; };
    return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), fits);
}

/// A host of other letters than ASCII's as the DNS has it; none if it is another thing.
std::optional<std::string> dns_form(const std::string& host) {
    auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    if (std::all_of(host.begin(), host.end(), is_ascii)) return std::nullopt;
    char* found = nullptr;
    int failed = idn2_to_ascii_8z(host.c_str(), &found, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    const std::unique_ptr<char, void (*)(void*)> owner(found, idn2_free);
    return failed == IDN2_OK ? std::optional<std::string>(found) : std::nullopt;
}

bool is_port(std::string_view port) noexcept {
    if (port.empty()) return true;
    if (!port.starts_with(':')) return false; // what follows the bracket of an IPv6 address
    return parse_number<std::uint16_t>(port.substr(1)).value_or(0) != 0;
}

bool is_loopback(std::string_view host) noexcept {
    return host == "localhost" || host.ends_with(".localhost") || host == "::1" || is_short_loopback_v4(host);
}

} // namespace

std::string normalised_url(std::string_view given) {
    std::string url(trimmed(given));
    if (std::size_t end = url.find("://"); end != std::string::npos) {
        url.replace(0, end, lower_ascii(std::string_view(url).substr(0, end)));
        const std::size_t begin = end + 3;
        const std::size_t size = std::min(url.find_first_of("/:?#[@", begin), url.size()) - begin;
        if (auto host = dns_form(url.substr(begin, size))) url.replace(begin, size, *host);
    }
    url.erase(url.find_last_not_of('/') + 1);
    if (url.ends_with("/v2.0")) url.replace(url.size() - 4, 4, "v3");
    return url;
}

std::string_view url_fault(std::string_view url) noexcept {
    if (!url.starts_with(http) && !url.starts_with(https)) return "must begin with https:// (or http://)";
    auto is_odd = [](char c) {
        return static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f;
    };
    if (std::any_of(url.begin(), url.end(), is_odd)) return "must have no spaces and be plain ASCII";
    if (url.find('@') != std::string_view::npos)
        return "must not hold a user or password: give `username` and `password`";
    if (url.find_first_of("?#") != std::string_view::npos)
        return "must not have a query or a fragment: end it with its path";
    const std::string_view rest = without_scheme(url);
    const authority place = split_authority(rest.substr(0, rest.find('/')));
    if (!is_host(place.host)) return "must name a host, such as https://iam.example.com/v3";
    if (!is_port(place.port)) return "must have a port from 1 to 65535, or none";
    return {};
}

std::optional<host_port> split_host_port(std::string_view text) noexcept {
    const authority place = split_authority(text);
    if (!is_host(place.host) || !is_port(place.port)) return std::nullopt;
    return host_port{unbracketed(place.host), place.port.substr(place.port.empty() ? 0 : 1)};
}

url_parts split_url(std::string_view url) noexcept {
    const std::string_view rest = without_scheme(url);
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const authority place = split_authority(rest.substr(0, slash));
    url_parts parts{url.starts_with(https), unbracketed(place.host), {}, rest.substr(slash)};
    parts.port = !place.port.empty() ? place.port.substr(1) : parts.tls ? "443" : "80";
    return parts;
}

std::string bracketed(std::string_view host) {
    const std::string made(host);
    return host.find(':') == std::string_view::npos ? made : '[' + made + ']';
}

bool is_exposed(std::string_view url) noexcept {
    const url_parts parts = split_url(url);
    return !parts.tls && !is_loopback(parts.host);
}

} // namespace tokenward
