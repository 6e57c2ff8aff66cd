// Builds the answer to one request; prepared answers with tokens are built elsewhere.
#pragma once

#include "common/error.hpp"
#include "common/time.hpp"
#include "daemon/local/http/response.hpp"

#include <string_view>

namespace tokenward::local {

/// The parts of an answer. The views are used only while it is built.
struct response_parts {
    int status = 200;
    std::string_view content_type{}; ///< empty: there is no body
    std::string_view body{};
    std::string_view fields{}; ///< further header lines, each with its CRLF
    bool head = false;         ///< to a HEAD: all but the body
};

/// `now` becomes the Date.
response build_response(const response_parts& what, wall_time now);

/// 200 with a JSON body that must not be cached.
response build_json(std::string_view body, wall_time now, bool head);

/// An error as problem+json (RFC 9457). 429 and 503 always have a Retry-After. `fields` as above.
response build_problem(const problem& error, wall_time now, bool head, std::string_view fields = {});

/// "OK" for 200; every status that this daemon answers with is known.
std::string_view reason_phrase(int status) noexcept;

} // namespace tokenward::local
