// tokenwardd --check: validates the configuration and the secrets that it names.
#pragma once

#include <string>

namespace tokenward {

/// Prints every fault of the file and of the secrets that it names. Returns the exit status: 2 if one is an
/// error, else 0.
int check_config(const std::string& path);

} // namespace tokenward
