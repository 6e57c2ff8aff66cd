// See url.hpp.
#include "daemon/iam/net/url.hpp"

#include "daemon/base/text/url.hpp"

#include <algorithm>

namespace tokenward::iam {
namespace {

std::string bracketed(const std::string& host) {
    return host.find(':') == std::string::npos ? host : '[' + host + ']';
}

} // namespace

std::string origin::authority() const {
    return port == (tls ? "443" : "80") ? bracketed(host) : host_and_port();
}

std::string origin::host_and_port() const {
    return bracketed(host) + ':' + port;
}

result<iam_url> parse_auth_url(std::string_view text) {
    // the text is not quoted: people put passwords into URLs
    const problem malformed{errc::bad_request, "auth_url is not http(s)://HOST[:PORT]/PATH"};
    iam_url url;
    if (!url_fault(text).empty()) return malformed;
    url.where.tls = text.starts_with("https://");
    text.remove_prefix(text.find("://") + 3);
    std::size_t slash = std::min(text.find('/'), text.size());
    auto place = split_host_port(text.substr(0, slash));
    if (!place) return malformed;
    url.where.host = place->host;
    url.where.port = !place->port.empty() ? place->port : url.where.tls ? "443" : "80";
    std::string_view path = text.substr(slash);
    while (path.ends_with('/')) path.remove_suffix(1);
    url.path = path;
    if (!path.ends_with("/v3")) url.path += "/v3";
    return url;
}

} // namespace tokenward::iam
