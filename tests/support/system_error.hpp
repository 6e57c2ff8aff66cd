// Failed system calls as exceptions.
#pragma once

#include <cerrno>
#include <string>
#include <system_error>

namespace tokenward::support {

/// Throws std::system_error; `error` is an errno.
[[noreturn]] inline void throw_errno(const std::string& what, int error = errno) {
    throw std::system_error(error, std::generic_category(), what);
}

} // namespace tokenward::support
