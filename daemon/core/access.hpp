// Who may do what: the rules of the configuration against what the kernel says of a caller. Pure.
#pragma once

#include "daemon/core/access_subject.hpp"
#include "daemon/core/caller.hpp"
#include "daemon/core/config.hpp"
#include "daemon/core/credential.hpp"

#include <string_view>

namespace tokenward {

/// The answer, and the rule that gave it.
struct access_decision {
    bool allowed = false;
    const access_rule* rule =
        nullptr; ///< into the identity's lists; null: root, the daemon's own user, or no rule at all
    doubt why = doubt::none; ///< a `deny` that is not known to be about this caller
    bool by_token = false;   ///< a `deny` whose scope is not the one that was asked for, but the token's own
};

/// Denied by default, and if the caller's socket does not show the identity; a matching `deny` wins; root and
/// `own_uid` may do everything else. `scope_name` is the name as shown, `target` what it stands for (a rule
/// may spell it out). `held` is the token that would be served, null = there is none yet: the scopes of a
/// `deny` are compared with what it says of itself too, and a field that it lacks is a match.
access_decision may(const caller& who, unsigned own_uid, const identity_config& identity,
                    std::string_view scope_name, const scope& target, verb what,
                    const credential* held = nullptr);

/// Whether a decision depends on the token too: a `deny` of the identity names scopes.
bool depends_on_token(const identity_config& identity) noexcept;

/// Whether the caller may do anything at all with some scope of this identity (what it sees in lists).
bool may_see(const caller& who, unsigned own_uid, const identity_config& identity);

} // namespace tokenward
