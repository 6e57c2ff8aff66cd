// Times as HTTP and JSON write them. Pure.
#pragma once

#include "common/time.hpp"

#include <array>
#include <string>

namespace tokenward::local {

inline constexpr std::size_t http_date_size = 29;

/// "Sun, 06 Nov 1994 08:49:37 GMT"; REQUIRES: a year of four digits.
std::array<char, http_date_size> http_date(wall_time at) noexcept;

/// "1994-11-06T08:49:37Z"; a fraction of a second is dropped.
std::string rfc3339(wall_time at);

} // namespace tokenward::local
