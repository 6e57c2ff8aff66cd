// Writes a file atomically and durably.
#pragma once

#include "common/error.hpp"

#include <string>
#include <string_view>

namespace tokenward {

enum class if_there { replace, fail };

/// Puts `bytes` into a file at `path` in one step, mode 0600: a reader finds all of them or none, after a
/// crash too. Missing folders are made (0700). `how` says what happens to a file that is already there.
/// Blocks on the disk. Errors: internal, "can't DO PATH: REASON".
result<void> put_file(const std::string& path, std::string_view bytes, if_there how);

} // namespace tokenward
