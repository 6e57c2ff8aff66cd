// Answers that are built for one request: everything but tokens that are served as they stand.
#pragma once

#include "common/error.hpp"
#include "common/time.hpp"
#include "daemon/local/http/response.hpp"

#include <string_view>

namespace tokenward::local {

/// What an answer says. The views need to live only until it is built.
struct response_parts {
    int status = 200;
    std::string_view content_type{}; ///< empty: there is no body
    std::string_view body{};
    std::string_view fields{}; ///< further header lines, each with its CRLF
    bool head = false;         ///< to a HEAD: all but the body
};

/// `now` becomes the Date.
response build_response(const response_parts& what, wall_time now);

/// 200 with a JSON body that nobody may keep.
response build_json(std::string_view body, wall_time now, bool head);

/// An error as RFC 9457 has it. 429 and 503 always say when to come back. `fields` as above.
response build_problem(const problem& error, wall_time now, bool head, std::string_view fields = {});

/// "OK" for 200; every status that this daemon answers with is known.
std::string_view reason_phrase(int status) noexcept;

} // namespace tokenward::local
