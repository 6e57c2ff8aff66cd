// Times, and the two ways in which they are written.
#pragma once

#include <chrono>
#include <string>

namespace tokenward::standin {

using time_point = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

time_point machine_time();

/// "2015-11-09T01:42:57.527363Z"
std::string iso_time(time_point when);

/// "Mon, 09 Nov 2015 01:42:57 GMT"
std::string http_date(time_point when);

} // namespace tokenward::standin
