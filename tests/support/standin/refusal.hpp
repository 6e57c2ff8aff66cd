// A no, in the words of either dialect.
#pragma once

#include "tests/support/standin/http.hpp"
#include "tests/support/standin/settings.hpp"

#include <string>

namespace tokenward::standin {

/// Thrown where the no is found, turned into an answer where the request came in.
struct refusal {
    int status;
    std::string message;
    std::string otc_code{}; ///< "IAM.0062"; without one, OTC answers as Keystone does
    header_list headers{};
    std::string body{}; ///< JSON, instead of the usual one
};

/// Keystone: `{"error":{"code":…,"message":…,"title":…}}`; OTC: `{"error_msg":…,"error_code":…}`.
response to_response(const refusal& no, dialect manners);

/// The 401 of a token that is unknown, revoked or over. `base_url` is named in Keystone's WWW-Authenticate.
refusal unauthorized(const std::string& base_url);

response json_response(int status, std::string body);

} // namespace tokenward::standin
