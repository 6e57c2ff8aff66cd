// What the system's calls need around them: loops that read or write all, errno in words, the environment.
#pragma once

#include "common/error.hpp"

#include <cerrno>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace tokenward {

/// What an errno means, such as "No such file or directory". Thread-safe.
std::string error_text(int error);

/// Why a system call failed: internal, "can't WHAT: WHY", such as "can't open /x: Permission denied". Its
/// default is the errno of the call just before.
problem system_problem(std::string_view what, int error = errno);
/// The same, "can't WHAT PATH: WHY".
problem system_problem(std::string_view what, std::string_view path, int error = errno);

struct read_outcome {
    std::size_t size = 0; ///< bytes that were read before the end, or before the error
    int error = 0;        ///< an errno; 0: `into` is full, or the end was reached
};

/// Reads until `into` is full or the end has come; interruptions by signals don't count. `wait`, if there is
/// one, is called before each read and gives 0 or the errno that ends it; then a descriptor that does not
/// block is asked again when it has nothing (EAGAIN), which is an error otherwise.
read_outcome read_all(int fd, std::span<char> into, const std::function<int()>& wait = {});

/// Writes all of `bytes`; interruptions don't count. Returns 0, or the errno that ended it.
int write_all(int fd, std::string_view bytes) noexcept;

/// The variable's value, empty if it is not set. Valid until the environment changes.
std::string_view environment_variable(const char* name) noexcept;

} // namespace tokenward
