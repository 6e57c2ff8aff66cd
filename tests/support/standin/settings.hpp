// What can be set at run time: POST /control/set, the configuration file, and some command line options.
#pragma once

#include "tests/support/standin/clock.hpp"

#include <boost/json/fwd.hpp>

#include <chrono>
#include <cstddef>
#include <optional>

namespace tokenward::standin {

/// Whose manners the stand-in has: those of Open Telekom Cloud or those of OpenStack's Keystone.
enum class dialect { otc, keystone };

struct settings {
    dialect manners = dialect::otc;
    std::chrono::seconds lifetime{86400};
    std::size_t token_size = 1224;        ///< characters, 16 to 1 MiB
    std::chrono::seconds clock_offset{0}; ///< of every time that the stand-in tells, and by which it judges
    std::optional<time_point> stopped{};  ///< where the machine's time was when the clock was stopped
    std::size_t catalog_size = 0;         ///< pads the catalog to at least so many bytes, at most 16 MiB
    int unknown_project = 0;              ///< status for an unknown project or domain; 0 = the dialect's
    std::chrono::milliseconds delay{0};   ///< before every answer but /control's
    unsigned max_concurrent = 0;          ///< logins at once, more get 429; 0 = any number
    bool named_unscoped = true;           ///< takes "scope":{"unscoped":{}}; else it is 400
    bool rescope_scoped = true;           ///< Keystone's allow_rescope_scoped_token
    unsigned lockout_after = 0;           ///< failures in a row that lock a user; 0 = never
};

/// The stand-in's time under these settings.
time_point now(const settings& current);

/// Changes those that `document` names. Throws std::invalid_argument, having changed nothing.
void merge(settings& current, const boost::json::object& document);

boost::json::object to_json(const settings& current);

} // namespace tokenward::standin
