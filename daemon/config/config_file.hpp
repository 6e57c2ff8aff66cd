// Reads the configuration from its file.
#pragma once

#include "daemon/config/parse_config.hpp"

#include <chrono>
#include <string>

namespace tokenward {

/// How long the writer of a pipe may take at the start, when no caller waits yet.
inline constexpr std::chrono::milliseconds patience_at_start = std::chrono::minutes(1);

/// Reads and parses `path` (at most 1 MiB; `patience`: see read_text_file()), and clouds.yaml if it is
/// needed. A file that can't be read is a fault. `names` gives the numbers of the users and groups in rules.
parsed_config read_config(const std::string& path, const name_resolver& names,
                          std::chrono::milliseconds patience);
/// The same with the numbers of the system's databases, which may block.
parsed_config read_config(const std::string& path);

} // namespace tokenward
