// Finds the names that are due for a look-up, and stores the results.
#include "daemon/names/rule_name_table.hpp"

#include <algorithm>

namespace tokenward {
namespace {

bool is_looked_up(const access_rule& rule) {
    return rule.who != access_rule::subject::unit && !parse_id(rule.name);
}

rule_name name_of(const access_rule& rule) {
    return {rule.who == access_rule::subject::group, rule.name};
}

// Calls `see` for each rule whose subject is a name.
template <class Config, class See>
void for_each_rule(Config& of, See see) {
    for (auto& identity : of.identities)
        for (auto* list : {&identity.allow, &identity.deny})
            for (auto& rule : *list)
                if (is_looked_up(rule)) see(rule);
}

} // namespace

std::vector<rule_name> names_in(const config& of) {
    std::vector<rule_name> names;
    for_each_rule(of, [&](const access_rule& rule) { names.push_back(name_of(rule)); });
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

void rule_name_table::configure(const config& wanted, instant now) {
    std::map<rule_name, entry> before = std::move(x_names);
    x_names.clear();
    for (rule_name& name : names_in(wanted)) {
        const auto known = before.find(name);
        entry next = known != before.end() ? known->second : entry{};
        next.due = now;
        next.pause = shortest_pause;
        next.again = next.under_way;
        next.looked_up = false;
        x_names.emplace(std::move(name), next);
    }
}

std::vector<rule_name> rule_name_table::take_due(instant now) {
    std::vector<rule_name> due;
    for (auto& [name, state] : x_names) {
        if (state.under_way || state.due > now) continue;
        state.under_way = true;
        due.push_back(name);
    }
    return due;
}

instant rule_name_table::next_due() const noexcept {
    instant next = never;
    for (const auto& [name, state] : x_names)
        if (!state.under_way) next = std::min(next, state.due);
    return next;
}

bool rule_name_table::answered(const rule_name& of, std::optional<unsigned> number, instant now) {
    const auto found = x_names.find(of);
    if (found == x_names.end()) return false; // no rule has it any more
    entry& state = found->second;
    state.under_way = false;
    if (state.again) { // the look-up may have begun before the reload, and missed what was changed for it
        state.again = false;
        state.due = now;
    } else {
        state.looked_up = true;
        state.due = number || state.number ? never : now + state.pause;
        state.pause = std::min(state.pause * 2, longest_pause);
    }
    if (!number || state.number == number) return false;
    state.number = number;
    return true;
}

bool rule_name_table::is_settled() const noexcept {
    return std::all_of(x_names.begin(), x_names.end(),
                       [](const auto& each) { return each.second.number || each.second.looked_up; });
}

void rule_name_table::fill(config& to) const {
    for_each_rule(to, [&](access_rule& rule) {
        const auto known = x_names.find(name_of(rule));
        rule.id = known != x_names.end() ? known->second.number : std::nullopt;
    });
}

} // namespace tokenward
