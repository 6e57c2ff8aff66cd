// See url.hpp.
#include "daemon/iam/url.hpp"

#include <algorithm>

namespace tokenward::iam {

std::string origin::authority() const {
    std::string name = host.find(':') == std::string::npos ? host : '[' + host + ']';
    return port == (tls ? "443" : "80") ? name : name + ':' + port;
}

result<iam_url> parse_auth_url(std::string_view text) {
    const problem malformed{errc::bad_request,
                            "auth_url is http(s)://HOST[:PORT]/PATH, not " + std::string(text)};
    iam_url url;
    if (text.starts_with("https://"))
        text.remove_prefix(8);
    else if (text.starts_with("http://")) {
        text.remove_prefix(7);
        url.where.tls = false;
    } else
        return malformed;
    std::size_t slash = std::min(text.find('/'), text.size());
    std::string_view authority = text.substr(0, slash);
    std::string_view path = text.substr(slash);
    std::size_t colon = authority.rfind(':');
    if (authority.starts_with('[')) {
        std::size_t end = authority.find(']');
        if (end == std::string_view::npos) return malformed;
        url.where.host = authority.substr(1, end - 1);
        colon = end + 1 < authority.size() ? end + 1 : std::string_view::npos;
    } else {
        url.where.host = authority.substr(0, colon);
    }
    url.where.port = colon == std::string_view::npos ? (url.where.tls ? "443" : "80")
                                                     : std::string(authority.substr(colon + 1));
    bool good_port = !url.where.port.empty() && url.where.port.size() <= 5 &&
                     std::all_of(url.where.port.begin(), url.where.port.end(),
                                 [](char c) { return c >= '0' && c <= '9'; });
    if (url.where.host.empty() || !good_port || path.find_first_of("?#") != std::string_view::npos)
        return malformed;
    while (path.ends_with('/')) path.remove_suffix(1);
    url.path = path;
    if (!path.ends_with("/v3")) url.path += "/v3";
    return url;
}

} // namespace tokenward::iam
