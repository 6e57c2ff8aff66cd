// Suggests the known word that an unknown one probably stands for.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tokenward {

/// The candidate closest to `given` by edits and swaps of neighbouring letters, without regard to case; the
/// first of several. If none is close enough to be a typing error, the first that begins with `given`, if
/// any.
std::optional<std::string_view> closest_match(std::string_view given,
                                              std::span<const std::string_view> candidates);

/// "unknown KIND `given`: did you mean `x`?", or a list of the candidates if none is close. A `given` that
/// could hold a secret (`password:text` without a space) is not repeated.
std::string unknown_word_message(std::string_view kind, std::string_view given,
                                 std::span<const std::string_view> candidates);

} // namespace tokenward
