// One map of the configuration with the keys that it may have, and its values read as what they should be.
#pragma once

#include "daemon/config/keys.hpp"
#include "daemon/config/yaml.hpp"

#include <functional>

namespace tokenward {

/// Every fault is reported once, to the list of faults; what has a fault then reads as if it weren't there,
/// so that no second one follows from it. Valid as long as the node and the list are.
class config_section {
  public:
    /// Reports keys that are unknown, planned, repeated or without a value, and a `node` that is no map.
    /// `path` names the place in messages, such as "identities.ci.auth".
    config_section(const yaml_node& node, std::string path, const key_table& keys, fault_list& faults);

    /// Whether the key stands there, whatever its value.
    bool has(std::string_view key) const { return lookup(key) != nullptr; }
    /// Whether the key neither stands there nor is what a misspelt one seems to mean.
    bool lacks(std::string_view key) const;
    /// The value; null if it isn't there or has been reported.
    const yaml_node* find(std::string_view key) const;
    /// The line of the key; of the section, if it isn't there.
    int line_of(std::string_view key) const;
    /// A text of 1 to `max` bytes of UTF-8 without control characters.
    std::optional<std::string> text(std::string_view key, std::size_t max = 255) const;
    /// An absolute path.
    std::optional<std::string> path(std::string_view key, std::size_t max = 4095) const;
    /// A value that YAML 1.1 takes for true or false.
    std::optional<bool> flag(std::string_view key) const;
    /// An integer from `least` to `most`.
    std::optional<std::size_t> number(std::string_view key, std::size_t least, std::size_t most) const;

    int line() const { return x_node.line; }
    const std::string& path() const { return x_path; }
    fault_list& faults() const { return x_faults; }

  private:
    /// The key itself, its value next to it.
    const yaml_node* lookup(std::string_view key) const;
    void check_keys(const key_table& keys);
    void report_unknown(const yaml_node& key, const key_table& keys);

    const yaml_node& x_node;
    std::string x_path;
    fault_list& x_faults;
    std::vector<std::string_view> x_meant{}; // the known keys that misspelt ones are nearest to
};

/// Reads `node` as a text, as config_section::text does; `what` begins the message, such as "`username`".
std::optional<std::string> read_text(const yaml_node& node, const std::string& what, std::size_t max,
                                     fault_list& faults);

/// The items of a list; none after a report when `node` is another thing.
std::span<const yaml_node> read_list(const yaml_node& node, const std::string& what, fault_list& faults);

/// Calls `visit(name, value, line)` for each key of a map whose keys are names of the operator's; reports bad
/// and repeated names and names without a value. `kind` is what they name, such as "identity".
void for_each_name(
    const yaml_node& node, const std::string& kind, fault_list& faults,
    const std::function<void(const std::string& name, const yaml_node& value, int line)>& visit);

} // namespace tokenward
