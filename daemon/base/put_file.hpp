// Puts a file in its place whole and for good.
#pragma once

#include "common/error.hpp"

#include <string>
#include <string_view>

namespace tokenward {

enum class if_there { replace, fail };

/// Puts `bytes` into a file at `path` in one step, mode 0600: a reader finds all of it or none, and so does
/// who starts after a crash. Folders that lack are made (0700). Whether it replaces a file that is there,
/// `how` says. Blocks on the disk. Errors: internal, "can't DO PATH: REASON".
result<void> put_file(const std::string& path, std::string_view bytes, if_there how);

} // namespace tokenward
