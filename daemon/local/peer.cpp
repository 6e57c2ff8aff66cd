// See peer.hpp.
#include "daemon/local/peer.hpp"

#include "daemon/local/peer_unit.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace tokenward::local {
namespace {

constexpr std::size_t max_groups = 65536; // NGROUPS_MAX

// The supplementary groups; empty if they can't be had.
std::vector<gid_t> groups_of(int fd) {
    std::vector<gid_t> groups(32);
    while (groups.size() <= max_groups) {
        auto size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
        if (::getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) == 0) {
            groups.resize(size / sizeof(gid_t));
            return groups;
        }
        if (errno != ERANGE) break;
        groups.resize(groups.size() * 8);
    }
    return {};
}

} // namespace

peer::peer(int fd, instant accepted, shown_identities shown) noexcept
    : x_fd(fd), x_accepted(accepted), x_shown(std::move(shown)) {
    ucred who{};
    socklen_t size = sizeof who;
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return;
    if (who.pid == 0 || who.uid == overflow_uid) return;
    x_uid = who.uid;
    x_gid = who.gid;
    x_pid = who.pid;
}

bool peer::in_group(unsigned gid) const {
    if (!x_uid) return false;
    if (x_gid == gid) return true;
    if (!x_groups) x_groups = groups_of(x_fd);
    return std::find(x_groups->begin(), x_groups->end(), gid) != x_groups->end();
}

std::string_view peer::unit() const {
    if (!x_uid) return {};
    if (!x_unit) x_unit = unit_of_peer(x_fd, x_pid, x_accepted);
    return *x_unit;
}

bool peer::is_shown(std::string_view identity) const {
    return x_shown == nullptr || std::find(x_shown->begin(), x_shown->end(), identity) != x_shown->end();
}

} // namespace tokenward::local
