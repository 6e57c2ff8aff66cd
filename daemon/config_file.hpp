// Reads the configuration from its file.
#pragma once

#include "daemon/core/config.hpp"

#include <string>

namespace tokenward {

/// Reads and parses `path` (at most 1 MiB), and what it takes from clouds.yaml. A file that can't be read is
/// one more fault. `names` is asked for the users and groups of rules.
parsed_config read_config(const std::string& path, const name_resolver& names);
/// The same with the system's databases, which may block.
parsed_config read_config(const std::string& path);

} // namespace tokenward
