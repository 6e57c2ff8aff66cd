// Resolves the names in a path for callers that may use the identity and scope; all others get the same
// error.
#pragma once

#include "daemon/core/resolve.hpp"
#include "daemon/local/api/exchange.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tokenward::local {

inline constexpr verb_set can_get = static_cast<verb_set>(verb::get);
inline constexpr verb_set can_report = static_cast<verb_set>(verb::report);
inline constexpr verb_set can_manage = static_cast<verb_set>(verb::manage);

/// An identity and a scope that the caller may use.
struct admitted {
    const identity_config* identity; ///< valid until the next configure()
    resolved_scope scope;
    verb_set verbs; ///< those requested verbs that are allowed
};

/// The verbs out of `wanted` that the caller may do with a scope, judged with the token that is held for it.
verb_set verbs_of(const environment& around, const caller& who, const identity_config& identity,
                  const resolved_scope& scope, verb_set wanted);

/// Whether the caller may read the names of an identity, and of a scope of it: it may use them, or it is
/// connected to the listener for monitoring.
bool may_read_names(const call& c, const identity_config& identity);
bool may_read_names(const call& c, const identity_config& identity, const resolved_scope& scope);

/// Judges whether the caller may do one of `any_of` to the scope that the path names.
/// Errors: denied, the same for a name that is forbidden and one that does not exist; unknown_identity for a
/// caller that may see all identities; then bad_request and unknown_scope.
result<admitted> admit(const call& c, verb_set any_of);

/// Whether a caller that was admitted before may still do all of `needed`, under the current rules. `scope`
/// is the shown name, `token` the one that would be served; null = none. Errors: denied.
result<void> admit_again(const environment& around, const caller& who, std::string_view identity,
                         std::string_view scope, verb_set needed, const credential* token);

/// The verbs out of `wanted` that the caller may do with some scope of the identity.
verb_set verbs_on_some_scope(const environment& around, const caller& who, const identity_config& identity,
                             verb_set wanted);

/// The identity that the path names alone, if the caller may do one of `any_of` to some scope of it.
/// Errors: denied, unknown_identity, as above.
result<const identity_config*> admit_identity(const call& c, verb_set any_of);

/// A scope that the path names and that is in use. Lives as long as the call.
struct open_scope : used_scope {
    open_scope(used_scope as_it_is, std::string_view of, std::string_view as_asked) noexcept
        : used_scope(std::move(as_it_is)), identity(of), x_shown(as_asked) {}
    open_scope(used_scope as_it_is, std::string_view of, std::string resolved)
        : used_scope(std::move(as_it_is)), identity(of),
          x_resolved(std::make_unique<std::string>(std::move(resolved))), x_shown(*x_resolved) {}

    /// As it is shown.
    std::string_view name() const noexcept { return x_shown; }

    std::string_view identity;

  private:
    std::unique_ptr<std::string> x_resolved{}; // null on a hit, where it is what was asked for
    std::string_view x_shown;
};

/// The scope that the path names, if it is in use and the caller may do one of `any_of`; else none. Errors:
/// as above. Costs a look-up and a comparison if the connection asked for the same before.
result<std::optional<open_scope>> find_scope(const call& c, verb_set any_of);

/// The same, but it is opened if it is not in use. Errors: too_many_requests too.
result<open_scope> use_scope(const call& c, verb_set any_of);

} // namespace tokenward::local
