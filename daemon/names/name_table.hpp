// The users and groups that rules name, and their numbers: which are to be looked up, and when again. Pure.
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
class name_table {
  public:
    static constexpr duration shortest_pause = std::chrono::seconds(1); ///< after a first failure; doubles
    static constexpr duration longest_pause = std::chrono::seconds(60);

    /// Takes up the names of a configuration: all are due, also those whose number is known. A number stays
    /// known as long as a rule has the name.
    void configure(const config& wanted, instant now);
    /// The names to look up now; each is under way then, until it is answered.
    std::vector<rule_name> take_due(instant now);
    /// When take_due should be called next; `never` if nothing is to come.
    instant next_due() const noexcept;
    /// What a look-up said; none = it has no number, or that can't be told: a number that is known is kept.
    /// True: a number has changed, and rules are to be filled in anew.
    bool answered(const rule_name& of, std::optional<unsigned> number, instant now);

    /// Whether all names have a number, or were looked up since the last configure().
    bool is_settled() const noexcept;
    /// Gives the rules their numbers; those without keep none.
    void fill(config& to) const;

  private:
    struct entry {
        std::optional<unsigned> number{};
        instant due{};
        duration pause = shortest_pause; // after the next failure
        bool under_way = false;
        bool again = false;     // due once more when what is under way has ended
        bool looked_up = false; // since the last configure()
    };
    std::map<rule_name, entry> x_names;
};

/// The names of a configuration's rules, but for those that are numbers.
std::vector<rule_name> names_in(const config& of);

} // namespace tokenward
