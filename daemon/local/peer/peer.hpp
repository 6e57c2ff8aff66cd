// The process at the other end of a connection, as the kernel describes it. Only what a rule needs is read.
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

/// Whether the kernel uses this uid or gid for ids that it can't map into our user namespace: it identifies
/// nobody. The kernel's settings are read once.
bool is_overflow_uid(unsigned uid) noexcept;
bool is_overflow_gid(unsigned gid) noexcept;

/// The gids of a process, the primary one first.
struct group_list {
    bool complete = false; ///< the kernel told all of them
    std::vector<unsigned> numbers{};
};

/// The process that connected a socket. Uid and pid are those at its connect(); groups and unit are read when
/// first needed, and kept.
class peer final : public caller {
  public:
    /// `fd`: an accepted Unix socket. `accepted`: when it was accepted. `shown`: the identities of the
    /// listening socket. `directory`: null = names and owners of ids are not known. `fd` and `directory` must
    /// outlive this object.
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

    /// caller_directory::wait_for() with the peer's ids. False: there is nothing to wait for.
    bool wait_for_facts(std::function<void()> done) const;

  private:
    const group_list& groups() const; // valid until groups() of another connection is called

    int x_fd;
    std::uint64_t x_number; // unique in this process
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
