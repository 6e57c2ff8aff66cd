// Resolves the text with which a caller names a scope to a key.
#pragma once

#include "daemon/core/config.hpp"

#include <string>
#include <string_view>

namespace tokenward {

struct resolved_scope {
    std::string name; ///< as it is shown: the configured name if there is one, else spelled out
    scope target;
    bool configured = false;
};

/// A scope spelled out and the configured one with the same target are the same key, shown by its name.
/// Errors: bad_request (malformed), unknown_scope (not configured, and the identity has on_demand: false).
result<resolved_scope> resolve_scope(const identity_config& identity, std::string_view text);

/// The domain that a project by name is looked for in.
const domain_ref& project_domain(const auth_config& auth) noexcept;

} // namespace tokenward
