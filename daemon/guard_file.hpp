// The small file without secrets in which the lockout guard's counts outlive a restart.
#pragma once

#include "daemon/core/lockout_guard.hpp"

#include <array>
#include <filesystem>
#include <map>
#include <string>

namespace tokenward {

/// Salts the digests in the file, so that they are of no use elsewhere.
using digest_salt = std::array<unsigned char, 16>;

/// $STATE_DIRECTORY (systemd's; the first of a list), else /var/lib/tokenward for root, else
/// $XDG_STATE_HOME/tokenward or ~/.local/state/tokenward.
std::filesystem::path state_directory();

/// DIRECTORY/guard.json, mode 0600, replaced in one step. What can't be read or written is logged once and done
/// without; a damaged file, or somebody else's, is ignored and replaced.
class guard_file {
  public:
    explicit guard_file(const std::filesystem::path& directory);

    std::map<std::string, login_record> load();
    void save(const std::map<std::string, login_record>& records);
    /// Of the file that load() found, else new.
    const digest_salt& salt() const noexcept { return x_salt; }

  private:
    void complain(const std::string& what);

    std::filesystem::path x_path;
    digest_salt x_salt{};
    bool x_complained = false;
};

} // namespace tokenward
