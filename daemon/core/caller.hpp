// What the rules of access ask about the process at the other end.
#pragma once

#include "daemon/core/caller_facts.hpp"

#include <memory>
#include <optional>
#include <string_view>

namespace tokenward {

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

} // namespace tokenward
