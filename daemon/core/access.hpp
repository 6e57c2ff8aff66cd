// Who may do what: the rules of the configuration against what the kernel says of a caller. Pure.
#pragma once

#include "daemon/core/caller_facts.hpp"
#include "daemon/core/config.hpp"
#include "daemon/core/token.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tokenward {

/// Why it is not known that a `deny` is not about a caller. Each counts as a match for `deny`, and as none
/// for `allow`.
enum class doubt {
    none,
    owner, ///< a uid or gid of the caller is a subordinate one of that user, or of a member of that group
    owner_unknown,   ///< the owner of its numbers can't be told, or not yet
    groups_hidden,   ///< its user namespace is another one or can't be read: it may have dropped groups there
    unit_unreadable, ///< its unit can't be read: its process has ended, say
    no_number, ///< the rule's name has no number (yet), and the caller's own numbers don't tell it apart
};

/// What is known of the process at the other end. What costs system calls is read only when a rule needs it:
/// the shell answers through this interface, once per connection.
class caller {
  public:
    virtual ~caller() = default;
    /// None = unknown (an overflow uid, a pid of 0): then nothing is allowed.
    virtual std::optional<unsigned> uid() const = 0;
    /// Whether the kernel names the group, primary or supplementary. False for an overflow gid.
    virtual bool in_group(unsigned gid) const = 0;
    /// Whether there may be groups that the kernel does not name.
    virtual bool may_hide_groups() const = 0;
    /// The systemd unit it runs in, such as "backup.service"; empty = in none, none = it can't be told.
    virtual std::optional<std::string_view> unit() const = 0;
    /// The same if a rule has asked for it already, else empty.
    virtual std::string_view known_unit() const { return {}; }
    /// What the databases say of its numbers; null = not known, or not yet.
    virtual std::shared_ptr<const caller_facts> facts() const = 0;
    /// The uid in whose share it counts: that of its owner if it has a subordinate one.
    virtual std::optional<unsigned> share() const { return uid(); }
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
    doubt why = doubt::none; ///< a `deny` that is not known to be about this caller
    bool by_token = false;   ///< a `deny` whose scope is not the one that was asked for, but the token's own
};

/// Deny by default, and whatever the caller's socket does not show; a matching `deny` wins; root and
/// `own_uid` may everything else. `scope_name` is the name as shown, `target` what it stands for (a rule may
/// spell it out). `held` is the token that would be served, null = there is none yet: the scopes of a `deny`
/// are compared with what it says of itself too, and a field that it lacks is a match.
access_decision may(const caller& who, unsigned own_uid, const identity_config& identity,
                    std::string_view scope_name, const scope& target, verb what, const token* held = nullptr);

/// Whether a decision depends on the token too: a `deny` of the identity names scopes.
bool depends_on_token(const identity_config& identity) noexcept;

/// Whether the caller may do anything at all with some scope of this identity (what it sees in lists).
bool may_see(const caller& who, unsigned own_uid, const identity_config& identity);

} // namespace tokenward
