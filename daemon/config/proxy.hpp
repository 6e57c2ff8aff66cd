// Parses the address of an HTTP proxy, and chooses the proxy for an IAM.
#pragma once

#include "common/error.hpp"
#include "daemon/core/http_proxy.hpp"

#include <string>
#include <string_view>

namespace tokenward {

/// [http://][USER[:PASSWORD]@]HOST[:PORT][/PATH] as curl takes it: the scheme in any case, user and password
/// percent-encoded, port 1080 by default, and a path that has no meaning. Errors: bad_request; the detail is
/// the end of a message ("must …") and never quotes the text, which may hold a password.
result<http_proxy> parse_proxy(std::string_view text);

/// What the environment says.
struct proxy_environment {
    http_proxy https{}; ///< https_proxy, else HTTPS_PROXY, all_proxy or ALL_PROXY
    http_proxy
        http{}; ///< http_proxy, else as above; not HTTP_PROXY, which a CGI's caller can set by a header
    std::string no_proxy{}; ///< no_proxy, else NO_PROXY
};

/// The proxy on the way to `auth_url`, for an identity that names none of its own; empty = go there directly.
http_proxy proxy_for(std::string_view auth_url, const proxy_environment& environment);

} // namespace tokenward
