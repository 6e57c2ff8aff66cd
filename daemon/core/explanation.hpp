// Explains a decision of access.hpp in words for people. Pure.
#pragma once

#include "daemon/core/access.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tokenward {

/// Where in the configuration a rule is.
struct rule_place {
    std::string_view list; ///< "allow" or "deny"
    std::size_t index;     ///< in its list, from 1
    int line;              ///< of the configuration file; 0 = not known
};

struct explanation {
    bool allowed = false;
    std::string because{}; ///< one line; names rules, uids and units, never a secret
    std::optional<rule_place> rule{};
};

/// The rule as it could be written in the file: `{user: deploy, scopes: [eu-de], verbs: [get, report]}`.
std::string text_of(const access_rule& rule);

/// The rule's place as text: "deny rule 1, line 15"; nothing if it is not one of the identity's.
std::optional<rule_place> place_of(const identity_config& identity, const access_rule& rule);
std::string text_of(const rule_place& place);

/// A line for each rule of the identity whose user or group has no uid or gid, with its effect until it has
/// one.
std::vector<std::string> unresolved_rules(const identity_config& identity);

/// Explains the decision of may() for the same arguments.
explanation explain(const caller& who, unsigned own_uid, const identity_config& identity,
                    std::string_view scope_name, const scope& target, verb what,
                    const credential* held = nullptr);

} // namespace tokenward
