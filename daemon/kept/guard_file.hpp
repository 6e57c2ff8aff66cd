// The file in which the lockout guard's memory outlives a restart. It holds no secret.
#pragma once

#include "common/error.hpp"
#include "daemon/core/guard_store.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tokenward {

/// The file's text, which is JSON, and back. Errors of parse: internal, with what is wrong.
std::string format_guard_memory(const guard_memory& memory);
result<guard_memory> parse_guard_memory(std::string_view text);
/// Whether a later version than this one has written the text.
bool is_newer_guard_format(std::string_view text);

/// The state directory: the first of $STATE_DIRECTORY (as systemd sets it), else /var/lib/tokenward for root,
/// else $XDG_STATE_HOME/tokenward, else ~/.local/state/tokenward. Empty if there is no home either.
std::string state_directory();

/// One file, `guard.json` in `directory`, mode 0600. Thread-safe: it holds nothing but its path.
class guard_file final : public guard_store {
  public:
    static constexpr std::size_t most_bytes = 1 << 20;

    explicit guard_file(const std::string& directory) : x_path(directory + "/guard.json") {}

    const std::string& path() const noexcept { return x_path; }

    /// What was saved. Returns `otherwise` (or, without it, a fresh salt and nothing else) if there is no
    /// file or, with a warning in the log, if it can't be trusted: damaged, too big, another user's, not a
    /// plain file, or of a newer format; and if `otherwise` is newer than the file, because the file could no
    /// longer be written. A file of a newer format is kept as `guard.json.newer`.
    guard_memory load(const std::optional<guard_memory>& otherwise) const override;

    /// Replaces the file atomically and durably; makes the directory if need be. Blocks on the disk.
    /// Errors: internal, with path and reason.
    result<void> save(const guard_memory& memory) const override;

  private:
    std::string x_path;
};

} // namespace tokenward
