// Tells whether a file is still the same one, without reading it.
#pragma once

#include <string>

#include <sys/stat.h>

namespace tokenward {

/// All zero = no file.
struct file_stamp {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    long long modified = 0; ///< nanoseconds
    friend bool operator==(const file_stamp&, const file_stamp&) = default;
};

inline file_stamp stamp_of(const struct stat& is) noexcept {
    return {is.st_dev, is.st_ino, is.st_size, is.st_mtim.tv_sec * 1'000'000'000LL + is.st_mtim.tv_nsec};
}

/// One stat(2). No file if there is none at the path, or if stat(2) fails.
inline file_stamp stamp_of(const std::string& path) noexcept {
    struct stat is {};
    return path.empty() || ::stat(path.c_str(), &is) != 0 ? file_stamp{} : stamp_of(is);
}

} // namespace tokenward
