// Parses the text of /etc/subuid or /etc/subgid, and finds the owners of an id.
#include "daemon/names/subordinate_ids.hpp"

#include "daemon/base/text/ascii.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>

namespace tokenward {
namespace {

constexpr std::uint64_t ids_in_all = std::uint64_t{1} << 32;

std::string_view take_field(std::string_view& line) {
    const std::string_view field = line.substr(0, line.find(':'));
    line.remove_prefix(std::min(field.size() + 1, line.size()));
    return field;
}

std::string_view without_blanks(std::string_view text) {
    return trimmed(text, " \t\r");
}

} // namespace

subordinate_ids::subordinate_ids(std::string_view text) {
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        const std::string_view owner = without_blanks(take_field(line));
        const auto first = parse_number<std::uint64_t>(without_blanks(take_field(line)));
        const auto count = parse_number<std::uint64_t>(without_blanks(take_field(line)));
        if (owner.empty() || owner.front() == '#' || !first || !count || *count == 0 || *first >= ids_in_all)
            continue;
        const std::uint64_t end = *first + std::min(*count, ids_in_all - *first);
        x_ranges.push_back({*first, end, end, &*x_owners.emplace(owner).first});
    }
    std::stable_sort(x_ranges.begin(), x_ranges.end(),
                     [](const range& a, const range& b) { return a.first < b.first; });
    std::uint64_t reach = 0;
    for (range& each : x_ranges) each.reach = reach = std::max(reach, each.end);
}

// Calls `see` for each range with `id`, until it returns false. Ranges may overlap, so earlier ones are
// looked at as long as one of them reaches `id`.
template <class See>
void subordinate_ids::for_each(unsigned id, See see) const {
    auto behind = std::upper_bound(x_ranges.begin(), x_ranges.end(), std::uint64_t{id},
                                   [](std::uint64_t number, const range& r) { return number < r.first; });
    while (behind != x_ranges.begin() && std::prev(behind)->reach > id) {
        --behind;
        if (behind->end > id && !see(*behind)) return;
    }
}

std::vector<std::string_view> subordinate_ids::owners_of(unsigned id) const {
    std::vector<std::string_view> owners;
    for_each(id, [&](const range& r) {
        if (std::find(owners.begin(), owners.end(), *r.owner) == owners.end()) owners.emplace_back(*r.owner);
        return true;
    });
    std::reverse(owners.begin(), owners.end());
    return owners;
}

bool subordinate_ids::has(unsigned id) const noexcept {
    bool found = false;
    for_each(id, [&](const range&) {
        found = true;
        return false;
    });
    return found;
}

unsigned subordinate_ids::first_of(unsigned id) const noexcept {
    std::uint64_t first = id;
    for_each(id, [&](const range& r) {
        first = r.first;
        return true;
    });
    return static_cast<unsigned>(first);
}

} // namespace tokenward
