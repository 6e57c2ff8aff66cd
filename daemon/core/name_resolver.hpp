// Which number a user or a group has that a rule names: asked of whoever knows.
#pragma once

#include <optional>
#include <string>

namespace tokenward {

/// Who has which number; given by the shell (getpwnam, getgrnam), a table in tests. Never asked for digits,
/// which are the number themselves.
struct name_resolver {
    virtual ~name_resolver() = default;
    virtual std::optional<unsigned> user(const std::string& name) const = 0;
    virtual std::optional<unsigned> group(const std::string& name) const = 0;
    /// Whether a name that has no number here has none: else it is looked up later, and is no fault.
    virtual bool is_final() const { return true; }
};

/// Leaves all names to be looked up later (daemon/names/rule_name_lookup.hpp).
struct names_later final : name_resolver {
    std::optional<unsigned> user(const std::string&) const override { return std::nullopt; }
    std::optional<unsigned> group(const std::string&) const override { return std::nullopt; }
    bool is_final() const override { return false; }
};

} // namespace tokenward
