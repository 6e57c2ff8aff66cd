// Files that hold one secret each.
#pragma once

#include "common/error.hpp"
#include "common/secret.hpp"

#include <string>

namespace tokenward {

enum class secret_file_state { absent, same, different };

/// Whether the daemon would read exactly this secret from `path`: line ends, blank lines and byte order marks
/// do not count. Errors: internal, when it exists and is not a regular file, or can't be read.
result<secret_file_state> compare_secret_file(const std::string& path, std::string_view value);

/// Writes `value` and a line end into `path`, mode 0600, in one step: a reader never sees half of it. Missing
/// folders are made (0700). An existing file is replaced only if `replace`. Errors: internal, with path and
/// reason.
result<void> write_secret_file(const std::string& path, std::string_view value, bool replace);

} // namespace tokenward
