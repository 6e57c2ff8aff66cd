// Parses the text of the configuration and finds all its faults.
#pragma once

#include "daemon/config/cloud_sources.hpp"
#include "daemon/config/faults.hpp"
#include "daemon/core/config.hpp"
#include "daemon/core/name_resolver.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tokenward {

struct parsed_config {
    config value{};
    std::vector<config_fault> faults{}; ///< errors and warnings in the order of the lines
    bool ok() const;                    ///< no errors: `value` may be used
};

/// Parses YAML `text`; `file` is for messages only. Never throws, and finds all faults at once. The work is
/// bounded by the size of the text, at most 1 MiB. Messages hold no secret, not even of an inline password.
/// `clouds` is asked once, and only if an identity has a `cloud`; null = there are none.
parsed_config parse_config(std::string_view text, const std::string& file, const name_resolver& names,
                           const cloud_finder* clouds = nullptr);

} // namespace tokenward
