// The forms of date and time in an IAM's answers.
#pragma once

#include "common/time.hpp"

#include <optional>
#include <string_view>

namespace tokenward::iam {

/// ISO 8601 as Keystone writes it: 2015-11-09T01:42:57.527363Z; a fraction of any length or none, cut to
/// microseconds; `Z`, an offset such as +00:00, or nothing, which is UTC. Years 1970 to 9999; a leap second
/// counts as the second after it. None: not such a time.
std::optional<wall_time> parse_iso_time(std::string_view text) noexcept;

/// HTTP's dates: IMF-fixdate, RFC 850 and asctime (RFC 9110, 5.6.7). None: not such a date.
std::optional<wall_time> parse_http_date(std::string_view text) noexcept;

/// Retry-After, seconds or a date; a date is relative to `now`. At most an hour; none if it is absent, not
/// understood or past.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view text, wall_time now) noexcept;

} // namespace tokenward::iam
