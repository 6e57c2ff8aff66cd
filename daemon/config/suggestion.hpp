// Finds what somebody probably meant when a word is not one of those that are known.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tokenward {

/// The candidate that is nearest to `given` (edits and swaps of neighbours, upper and lower case being one),
/// the first of several; when none is near enough to be a slip of the fingers, the first that begins with it,
/// if any.
std::optional<std::string_view> closest_match(std::string_view given,
                                              std::span<const std::string_view> candidates);

/// "unknown KIND `given`: did you mean `x`?", or with the candidates listed when none is near. A `given` that
/// could be more than a word (a `password:text` that lacks its space, say) is not repeated.
std::string unknown_word_message(std::string_view kind, std::string_view given,
                                 std::span<const std::string_view> candidates);

} // namespace tokenward
