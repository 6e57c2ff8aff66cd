// One map of the configuration: checks its keys and reads its values as the types that they should have.
#pragma once

#include "daemon/config/faults.hpp"
#include "daemon/config/keys.hpp"
#include "daemon/config/yaml_node.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tokenward {

/// Every fault is reported once, to the list of faults. A value with a fault then reads as if it were absent,
/// so that no second fault follows from it. Node and list must outlive this object.
class config_section {
  public:
    /// Reports keys that are unknown, unsupported, repeated or without a value, and a `node` that is no map.
    /// `path` names the map in messages, such as "identities.ci.auth".
    config_section(const yaml_node& node, std::string path, const key_table& keys, fault_list& faults);

    /// Whether the map has the key, whatever its value.
    bool has(std::string_view key) const { return lookup(key) != nullptr; }
    /// Whether the map has neither the key nor a misspelling of it.
    bool lacks(std::string_view key) const;
    /// The value; nullptr if it is absent or has been reported.
    const yaml_node* find(std::string_view key) const;
    /// The line of the key, or of the map if it has no such key.
    int line_of(std::string_view key) const;
    /// A text of 1 to `max` bytes of UTF-8 without control characters.
    std::optional<std::string> text(std::string_view key, std::size_t max = 255) const;
    /// An absolute path.
    std::optional<std::string> path(std::string_view key, std::size_t max = 4095) const;
    /// A boolean as YAML 1.1 has it.
    std::optional<bool> flag(std::string_view key) const;
    /// An integer from `least` to `most`.
    std::optional<std::size_t> number(std::string_view key, std::size_t least, std::size_t most) const;

    int line() const { return x_node.line; }
    const std::string& path() const { return x_path; }
    fault_list& faults() const { return x_faults; }

  private:
    /// The key's node; its value is the next one.
    const yaml_node* lookup(std::string_view key) const;
    void check_keys(const key_table& keys);
    void report_unknown(const yaml_node& key, const key_table& keys);

    const yaml_node& x_node;
    std::string x_path;
    fault_list& x_faults;
    std::vector<std::string_view> x_meant{}; // the known keys that misspelt ones are closest to
};

/// Reads `node` as a text, as config_section::text does; `what` begins the message, such as "`username`".
std::optional<std::string> read_text(const yaml_node& node, const std::string& what, std::size_t max,
                                     fault_list& faults);

/// The items of a list; empty after a report if `node` is no list.
std::span<const yaml_node> read_list(const yaml_node& node, const std::string& what, fault_list& faults);

/// Calls `visit(name, value, line)` for each key of a map whose keys are names that the operator chose.
/// Reports invalid and repeated names, and names without a value. `kind` is what they name, such as
/// "identity".
void for_each_name(
    const yaml_node& node, const std::string& kind, fault_list& faults,
    const std::function<void(const std::string& name, const yaml_node& value, int line)>& visit);

} // namespace tokenward
