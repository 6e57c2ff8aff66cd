// A private directory that is removed, with all that is in it, when its owner goes.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace tokenward::support {

class temp_dir {
  public:
    /// Makes a directory of mode 0700 under $TMPDIR, or /tmp. Throws std::system_error.
    temp_dir();
    ~temp_dir();
    temp_dir(const temp_dir&) = delete;
    temp_dir& operator=(const temp_dir&) = delete;

    const std::filesystem::path& path() const noexcept { return x_path; }
    std::filesystem::path operator/(std::string_view name) const { return x_path / name; }

    /// Writes a file whole (mode 0600) and returns its path. Replaces it in one step, as an editor or a
    /// secret's rotation does: a reader sees the old text or the new one.
    std::filesystem::path write(std::string_view name, std::string_view text) const;

  private:
    std::filesystem::path x_path;
};

/// The whole of a file. Throws std::runtime_error when it can't be read.
std::string read_file(const std::filesystem::path& file);

} // namespace tokenward::support
