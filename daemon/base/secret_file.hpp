// Puts a secret into a file of its own.
#pragma once

#include "common/error.hpp"
#include "common/secret.hpp"

#include <string>

namespace tokenward {

enum class secret_file_state { absent, same, different };

/// Whether `path` holds just this secret, with or without a line end. Errors: internal, when it is there and
/// no regular file, or can't be read.
result<secret_file_state> compare_secret_file(const std::string& path, std::string_view value);

/// Writes `value` and a line end into `path`, mode 0600, in one step: a reader never sees half of it. Its
/// folder is made (0700) if it isn't there. One that is there is replaced only if `replace`; else, and when
/// the system refuses, an error: internal, with path and reason.
result<void> write_secret_file(const std::string& path, std::string_view value, bool replace);

} // namespace tokenward
