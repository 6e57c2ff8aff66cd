// Compares words by edit distance.
#include "daemon/config/suggestion.hpp"

#include "common/scope.hpp"
#include "daemon/base/text/ascii.hpp"

#include <algorithm>
#include <array>

namespace tokenward {
namespace {

constexpr std::size_t max_length = 64; // of compared words; all known ones are shorter

/// Optimal string alignment distance. REQUIRES: both are at most max_length long.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    using row = std::array<std::size_t, max_length + 1>;
    row before_last{}, last{}, current{};
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        current[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            std::size_t differs = lower_ascii(a[i - 1]) == lower_ascii(b[j - 1]) ? 0 : 1;
            current[j] = std::min({last[j] + 1, current[j - 1] + 1, last[j - 1] + differs});
            bool swapped = i > 1 && j > 1 && lower_ascii(a[i - 1]) == lower_ascii(b[j - 2]) &&
                           lower_ascii(a[i - 2]) == lower_ascii(b[j - 1]);
            if (swapped) current[j] = std::min(current[j], before_last[j - 2] + 1);
        }
        before_last = last;
        last = current;
    }
    return last[b.size()];
}

std::string list_of(std::span<const std::string_view> candidates) {
    constexpr std::size_t most = 24;
    std::string text;
    for (std::string_view candidate : candidates.first(std::min(most, candidates.size())))
        text.append(text.empty() ? "`" : ", `").append(candidate).append("`");
    return candidates.size() > most ? text + ", …" : text;
}

} // namespace

std::optional<std::string_view> closest_match(std::string_view given,
                                              std::span<const std::string_view> candidates) {
    if (given.empty() || given.size() > max_length) return std::nullopt;
    std::optional<std::string_view> best;
    std::size_t least = std::max<std::size_t>(1, given.size() / 3) +
                        1; // a word that differs in more than a third is another one
    for (std::string_view candidate : candidates) {
        if (candidate.size() > max_length) continue;
        std::size_t d = edit_distance(given, candidate);
        if (d >= least) continue;
        least = d;
        best = candidate;
    }
    if (best || given.size() < 3) return best;
    auto begins = [&](std::string_view candidate) {
        return candidate.starts_with(given);
    }; // `project` for `project_id`
    auto longer = std::find_if(candidates.begin(), candidates.end(), begins);
    return longer != candidates.end() ? std::optional(*longer) : std::nullopt;
}

std::string unknown_word_message(std::string_view kind, std::string_view given,
                                 std::span<const std::string_view> candidates) {
    std::string text = "unknown " + std::string(kind);
    if (is_name(given)) text.append(" `").append(given).append("`");
    // In `key:value`, without a space after the colon, YAML sees one word: the part before the colon is the
    // key.
    std::string_view word = given.substr(0, given.find(':'));
    if (auto best = closest_match(word, candidates)) {
        text.append(": did you mean `").append(*best).append("`?");
        return word == given ? text : text + " a space must follow its colon";
    }
    if (candidates.empty()) return text + ": there is none";
    return text + ": known here are " + list_of(candidates);
}

} // namespace tokenward
