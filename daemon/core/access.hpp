// Who may do what: the rules of the configuration against what the kernel says of a caller. Pure.
#pragma once

#include "daemon/core/config.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tokenward {

/// What is known of the process at the other end. Groups and unit cost system calls and are read only when a
/// rule needs them: the shell answers through this interface, once per connection.
class caller {
  public:
    virtual ~caller() = default;
    /// None = unknown (the overflow uid, a pid of 0): then nothing is allowed.
    virtual std::optional<unsigned> uid() const = 0;
    /// Whether the caller is in the group, primary or supplementary.
    virtual bool in_group(unsigned gid) const = 0;
    /// The systemd unit it runs in, such as "backup.service"; empty = none or unknown.
    virtual std::string_view unit() const = 0;
    /// The same if a rule has asked for it already, else empty.
    virtual std::string_view known_unit() const { return {}; }
    /// Whether the socket that it came by shows the identity: for root and the daemon's own user too.
    virtual bool is_shown(std::string_view identity) const {
        (void)identity;
        return true;
    }
    /// Whether that socket shows all identities, whatever there will be: else the caller has no business
    /// beyond those.
    virtual bool sees_all_identities() const { return true; }
};

/// The answer, and the rule that gave it.
struct access_decision {
    bool allowed = false;
    const access_rule* rule =
        nullptr; ///< into the identity's lists; null: root, the daemon's own user, or no rule at all
};

/// Deny by default, and whatever the caller's socket does not show; a matching `deny` wins; root and
/// `own_uid` may everything else. `scope_name` is the name as shown, `target` what it stands for (a rule may
/// spell it out).
access_decision may(const caller& who, unsigned own_uid, const identity_config& identity,
                    std::string_view scope_name, const scope& target, verb what);

/// Whether the caller may do anything at all with some scope of this identity (what it sees in lists).
bool may_see(const caller& who, unsigned own_uid, const identity_config& identity);

} // namespace tokenward
