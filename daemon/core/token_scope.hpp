// What a token says of its scope, compared with a scope that somebody means.
#pragma once

#include "common/scope.hpp"
#include "daemon/core/token.hpp"

namespace tokenward {

enum class scope_agreement {
    matches,     ///< the token is for that scope
    unsaid,      ///< the token lacks a field that would decide it
    contradicts, ///< the token is for another scope
};

/// Compares ids exactly, and names without regard to the case of ASCII letters, as Keystone's databases may.
/// A token that names a project is for no domain, and one that names only a domain is for no project.
/// `unscoped` matches a token that names neither.
scope_agreement compare_scope(const token& subject, const scope& target) noexcept;

} // namespace tokenward
