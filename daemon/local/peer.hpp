// Who is at the other end of a connection: the kernel's word, asked for no more than a rule needs.
#pragma once

#include "daemon/core/access.hpp"
#include "daemon/core/time.hpp"

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tokenward::local {

/// The identities that a socket shows; null = all.
using shown_identities = std::shared_ptr<const std::vector<std::string>>;

/// The process that connected a socket. Uid and pid are those of the moment of its connect(); groups and unit
/// are read when they are asked for first, and kept.
class peer final : public caller {
  public:
    /// `fd` is an accepted Unix socket that outlives this; `accepted` when that was; `shown` by the socket
    /// that it came by.
    peer(int fd, instant accepted, shown_identities shown = {}) noexcept;

    std::optional<unsigned> uid() const override { return x_uid; }
    bool in_group(unsigned gid) const override;
    std::string_view unit() const override;
    std::string_view known_unit() const override { return x_unit ? std::string_view(*x_unit) : ""; }
    bool is_shown(std::string_view identity) const override;
    bool sees_all_identities() const override { return x_shown == nullptr; }

  private:
    int x_fd;
    instant x_accepted;
    shown_identities x_shown;
    std::optional<unsigned> x_uid;
    unsigned x_gid = 0;
    pid_t x_pid = 0;
    mutable std::optional<std::vector<gid_t>> x_groups;
    mutable std::optional<std::string> x_unit;
};

} // namespace tokenward::local
