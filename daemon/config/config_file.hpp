// Reads the configuration from its file.
#pragma once

#include "daemon/config/parse_config.hpp"

#include <chrono>
#include <string>

namespace tokenward {

/// While nobody is served yet: as long as a pipe's writer may take.
inline constexpr std::chrono::milliseconds patience_at_start = std::chrono::minutes(1);

/// Reads and parses `path` (at most 1 MiB; `patience`: see read_text_file()), and what it takes from
/// clouds.yaml. A file that can't be read is one more fault. `names` is asked for the users and groups of
/// rules.
parsed_config read_config(const std::string& path, const name_resolver& names,
                          std::chrono::milliseconds patience);
/// The same with the system's databases, which may block.
parsed_config read_config(const std::string& path);

} // namespace tokenward
