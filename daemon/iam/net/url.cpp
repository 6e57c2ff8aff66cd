// What an auth_url means for the requests to an IAM.
#include "daemon/iam/net/url.hpp"

#include "daemon/base/text/url.hpp"

namespace tokenward::iam {

std::string origin::authority() const {
    return port == (tls ? "443" : "80") ? bracketed(host) : host_and_port();
}

std::string origin::host_and_port() const {
    return bracketed(host) + ':' + port;
}

result<iam_url> parse_auth_url(std::string_view text) {
    // the text is not quoted: people put passwords into URLs
    if (!url_fault(text).empty())
        return problem{errc::bad_request, "auth_url is not http(s)://HOST[:PORT]/PATH"};
    const url_parts parts = split_url(text);
    const std::string_view path = parts.path.substr(0, parts.path.find_last_not_of('/') + 1);
    iam_url url{{parts.tls, std::string(parts.host), std::string(parts.port)}, std::string(path)};
    if (!path.ends_with("/v3")) url.path += "/v3";
    return url;
}

} // namespace tokenward::iam
