// The parts of an auth_url.
#pragma once

#include "common/error.hpp"

#include <string>
#include <string_view>

namespace tokenward::iam {

/// Where to connect to, and how.
struct origin {
    bool tls = true;
    std::string host; ///< a name or a numeric address, without the brackets of IPv6
    std::string port; ///< decimal
    /// As in a Host field: without the scheme's own port.
    std::string authority() const;
    /// As CONNECT wants it: with the port, whatever it is.
    std::string host_and_port() const;
};

struct iam_url {
    origin where;
    std::string path; ///< with /v3, without a trailing slash
};

/// http(s)://HOST[:PORT][/PATH]; /v3 is added where it is missing, after any other path. Errors: bad_request.
result<iam_url> parse_auth_url(std::string_view text);

} // namespace tokenward::iam
