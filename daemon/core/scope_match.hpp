// Whether a token is for the scope and the user that somebody means.
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
/// `unscoped` matches a token that names neither. A credential of another kind says nothing.
scope_agreement compare_scope(const credential& subject, const scope& target) noexcept;

/// Compares a token's user with one that is meant: by `id`, if that is not empty, else by `name` and
/// `domain`, as compare_scope does. Nobody in particular (both empty) matches.
scope_agreement compare_user(const token& subject, const std::string& id, const std::string& name,
                             const domain_ref& domain) noexcept;

} // namespace tokenward
