// The users and groups that rules name, with their numbers and the times of their next look-ups. Pure.
#pragma once

#include "common/time.hpp"
#include "daemon/core/config.hpp"

#include <compare>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tokenward {

/// A user or a group by name.
struct rule_name {
    bool is_group = false;
    std::string name{};
    friend auto operator<=>(const rule_name&, const rule_name&) = default;
};

/// REQUIRES of all members: `now` never goes back.
class rule_name_table {
  public:
    static constexpr duration shortest_pause = std::chrono::seconds(1); ///< after a first failure; doubles
    static constexpr duration longest_pause = std::chrono::seconds(60);

    /// Replaces the names by those of a configuration. All are due, also those whose number is known. A
    /// number is kept as long as a rule has the name.
    void configure(const config& wanted, instant now);
    /// The names to look up now. Each is under way until answered() is called for it.
    std::vector<rule_name> take_due(instant now);
    /// When take_due() should be called next; `never` if no name will be due.
    instant next_due() const noexcept;
    /// The result of a look-up. None: there is no such name, or the database did not answer; a known number
    /// is kept. Returns true if a number has changed: fill() gives other results.
    bool answered(const rule_name& of, std::optional<unsigned> number, instant now);

    /// Whether all names have a number, or were looked up since the last configure().
    bool is_settled() const noexcept;
    /// Sets the numbers of all rules that have a name; none where the number is not known.
    void fill(config& to) const;

  private:
    struct entry {
        std::optional<unsigned> number{};
        instant due{};
        duration pause = shortest_pause; // after the next failure
        bool under_way = false;
        bool again = false;     // due again when the look-up under way has ended
        bool looked_up = false; // since the last configure()
    };
    std::map<rule_name, entry> x_names;
};

/// The names in a configuration's rules, without those that are numbers.
std::vector<rule_name> names_in(const config& of);

} // namespace tokenward
