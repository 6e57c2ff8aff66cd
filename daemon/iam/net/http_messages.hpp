// A request to an IAM, its answer as far as we read it, and why there is none.
#pragma once

#include "common/error.hpp"
#include "common/secret.hpp"

#include <string>
#include <utility>
#include <vector>

namespace tokenward::iam {

struct http_request {
    std::string method;
    std::string target; ///< with the origin's path
    std::vector<std::pair<std::string, wiped_string>> headers{};
    wiped_string body{};
    bool* written = nullptr; ///< if not null: set while the other side may have all of it; outlives the call
};

struct http_answer {
    unsigned status = 0;
    secret subject_token{};         ///< X-Subject-Token, the first if there are several; empty = absent
    std::string date{};             ///< Date, as sent
    std::string retry_after{};      ///< Retry-After, as sent
    secret auth_receipt{};          ///< Openstack-Auth-Receipt; not empty: a second factor is wanted
    std::string content_encoding{}; ///< as sent; we ask for none
    wiped_string body{};
};

/// Why a request has no answer.
struct http_failure {
    problem error; ///< iam_unavailable or iam_protocol; the detail says what failed and what to do
    /// Whether the whole request was handed to the connection: then the other side may have acted on it, and
    /// nobody knows. False: it can't have, since the request was not sent, or not all of it.
    bool sent = false;
};
using http_result = boost::system::result<http_answer, http_failure>;
/// `.value()` of a failed result; nothing in Tokenward calls it on purpose.
[[noreturn]] void throw_exception_from_error(const http_failure& error, const boost::source_location& where);

} // namespace tokenward::iam
