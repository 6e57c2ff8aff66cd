// What a status other than 201 means, row by row of the IAMs' table.
#pragma once

#include "daemon/iam/keystone_codec.hpp"

namespace tokenward::iam {

/// REQUIRES: status is not 201. `iam_now` is what a Retry-After that is a date is measured from.
fetch_failure read_refusal(const iam_answer& answer, wall_time iam_now, const login_name& who);

/// Retry-After in seconds or as a date, at most an hour, at least nothing.
std::optional<std::chrono::seconds> read_retry_after(std::string_view text, wall_time now);

/// The code and the words of an error body, in any of the shapes that IAMs send, made fit for a line of a log: printable,
/// at most 200 bytes. Empty for anything else, such as a gateway's HTML.
struct iam_error {
    std::string code;
    std::string message;
};
iam_error read_error_body(std::string_view body);

} // namespace tokenward::iam
