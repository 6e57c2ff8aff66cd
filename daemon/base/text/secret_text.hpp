// What the text of a secret must be, wherever it comes from.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace tokenward {

inline constexpr std::size_t longest_secret = std::size_t{64} * 1024; ///< bytes, without a line end
/// During a rotation a file holds the new and the old one, a line each.
inline constexpr std::size_t most_secret_lines = 2;

/// What stands in such a text.
struct secret_text {
    /// One or two, if there is no fault: the lines that are not blank, without their line ends and without
    /// byte order marks. They point into the text.
    std::vector<std::string_view> lines{};
    std::string_view fault{}; ///< why it is no secret, such as "is empty"; holds no part of it. Else empty
    bool has_mark = false;    ///< it has a byte order mark, as some editors write it; not part of the secret
};

/// Checks that a text is UTF-8 without NUL, has at most longest_secret bytes, and has one to
/// most_secret_lines lines that are not blank (spaces and tabs only).
secret_text judge_secret(std::string_view text);

} // namespace tokenward
