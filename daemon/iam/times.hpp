// Dates as IAMs and HTTP write them.
#pragma once

#include "daemon/core/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tokenward::iam {

/// An ISO 8601 time as Keystone writes it: 2015-11-09T01:42:57.527363Z; the fraction (any number of digits) may be
/// missing, `Z` may be `+00:00` or another offset, and missing too (then UTC). Anything else: nothing.
std::optional<wall_time> parse_iso_time(std::string_view text);

/// An HTTP date (RFC 9110, section 5.6.7): IMF-fixdate, and the two obsolete forms.
std::optional<wall_time> parse_http_date(std::string_view text);

} // namespace tokenward::iam
