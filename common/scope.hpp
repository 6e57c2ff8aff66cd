// What a token is good for, and the texts by which people and paths name it.
#pragma once

#include "common/error.hpp"

#include <string>
#include <string_view>

namespace tokenward {

enum class scope_kind { unscoped, project_id, project_name, domain_id, domain_name };

/// A domain by id or by name (Keystone: exactly one of them is sent); both empty = none given.
struct domain_ref {
    std::string id;
    std::string name;
    bool empty() const noexcept { return id.empty() && name.empty(); }
    friend bool operator==(const domain_ref&, const domain_ref&) = default;
};

/// The target of a token, as in Keystone's `auth.scope`.
struct scope {
    scope_kind kind = scope_kind::unscoped;
    std::string value{}; ///< the id or name; empty for unscoped
    domain_ref domain{}; ///< of a project that is named; else empty
    friend bool operator==(const scope&, const scope&) = default;
};

/// Whether `text` may name an identity or a scope of the configuration: [A-Za-z0-9._-]{1,64}.
/// (`unscoped` matches; it is the caller's to refuse it for a configured scope.)
bool is_name(std::string_view text) noexcept;

/// Parses the spelled-out forms: project:NAME, project_id:ID, domain:NAME, domain_id:ID, unscoped.
/// A project by name gets `project_domain`. Errors: bad_request, with a detail that names the forms.
/// Values: 1 to 255 bytes of UTF-8 without control characters.
result<scope> parse_scope(std::string_view text, const domain_ref& project_domain);

/// The spelled-out form; the inverse of parse_scope for the same project_domain.
std::string to_string(const scope& target);

} // namespace tokenward
