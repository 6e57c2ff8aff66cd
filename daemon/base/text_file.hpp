// Reads a small text file whole, as configurations are.
#pragma once

#include "common/secret.hpp"

#include <chrono>
#include <string>

namespace tokenward {

struct text_file {
    static constexpr std::size_t largest = 1 << 20;

    wiped_string text{};         ///< it may hold a password
    bool open_to_others = false; ///< users other than its owner and group may read or write it
    std::string fault{};         ///< why it could not be read: "can't be read: …" or "is larger than 1 MiB"
    int error = 0;               ///< the errno of that, if there is one
};

/// Reads a regular file (or a pipe, for shells' <(…)) of at most 1 MiB. A pipe or a device is waited
/// for, for `timeout` in all.
text_file read_text_file(const std::string& path,
                         std::chrono::milliseconds timeout = std::chrono::seconds(1));

} // namespace tokenward
