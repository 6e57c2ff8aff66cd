// The process at the other end of a connection, as the kernel tells; it is asked for no more than a rule
// needs.
#pragma once

#include "common/time.hpp"
#include "daemon/core/caller.hpp"

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tokenward::local {

/// The identities that a socket shows; null = all.
using shown_identities = std::shared_ptr<const std::vector<std::string>>;

/// The uids and gids that the kernel gives to what has no number in our user namespace: nobody is known by
/// them. Those that it uses here are read once.
bool is_overflow_uid(unsigned uid) noexcept;
bool is_overflow_gid(unsigned gid) noexcept;

/// The gids of a process, the primary one first.
struct group_list {
    bool complete = false; ///< the kernel told all of them
    std::vector<unsigned> numbers{};
};

/// The process that connected a socket. Uid and pid are those of the moment of its connect(); groups and unit
/// are read when they are asked for first, and kept.
class peer final : public caller {
  public:
    /// `fd` is an accepted Unix socket that outlives this; `accepted` when that was; `shown` by the socket
    /// that it came by; `directory` outlives this too, null = nothing is known of numbers.
    peer(int fd, instant accepted, shown_identities shown = {}, caller_directory* directory = nullptr);

    std::optional<unsigned> uid() const override { return x_uid; }
    bool in_group(unsigned gid) const override;
    bool may_hide_groups() const override;
    std::optional<std::string_view> unit() const override;
    std::string_view known_unit() const override;
    std::shared_ptr<const caller_facts> facts() const override;
    std::optional<unsigned> share() const override { return x_share; }
    bool is_shown(std::string_view identity) const override;
    bool sees_all_identities() const override { return x_shown == nullptr; }

    /// Whether what rules need to know of its numbers is still looked up: see caller_directory::wait_for.
    bool wait_for_facts(std::function<void()> done) const;

  private:
    const group_list& groups() const; // valid until that of another connection is asked for

    int x_fd;
    std::uint64_t x_number; // no other one's
    instant x_accepted;
    shown_identities x_shown;
    caller_directory* x_directory;
    std::optional<unsigned> x_uid;
    std::optional<unsigned> x_share;
    unsigned x_gid = 0;
    pid_t x_pid = 0;
    mutable std::optional<group_list> x_groups;
    mutable std::optional<bool> x_hides_groups;
    mutable bool x_unit_read = false;
    mutable std::optional<std::string> x_unit;
};

} // namespace tokenward::local
