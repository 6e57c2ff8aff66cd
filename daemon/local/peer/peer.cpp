// Asks the kernel for a peer's credentials and groups: SO_PEERCRED, SO_PEERGROUPS.
#include "daemon/local/peer/peer.hpp"

#include "daemon/core/config.hpp"
#include "daemon/local/peer/peer_unit.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <utility>

namespace tokenward::local {
namespace {

constexpr std::size_t max_groups = 65536; // NGROUPS_MAX
constexpr std::size_t most_kept_groups = 1024;

// The supplementary groups; none if they can't be had.
std::optional<std::vector<unsigned>> supplementary_groups(int fd) {
    std::vector<gid_t> groups(32);
    while (groups.size() <= max_groups) {
        auto size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
        if (::getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) == 0) {
            groups.resize(size / sizeof(gid_t));
            return std::vector<unsigned>(groups.begin(), groups.end());
        }
        if (errno != ERANGE) break;
        groups.resize(groups.size() * 8);
    }
    return std::nullopt;
}

std::uint64_t next_number() noexcept {
    static std::uint64_t last = 0;
    return ++last;
}

unsigned read_overflow_id(const char* path) {
    std::ifstream file(path);
    unsigned id = overflow_id;
    return file >> id ? id : overflow_id;
}

} // namespace

bool is_overflow_uid(unsigned uid) noexcept {
    static const unsigned used_here = read_overflow_id("/proc/sys/kernel/overflowuid");
    return uid == overflow_id || uid == used_here;
}

bool is_overflow_gid(unsigned gid) noexcept {
    static const unsigned used_here = read_overflow_id("/proc/sys/kernel/overflowgid");
    return gid == overflow_id || gid == used_here;
}

peer::peer(int fd, instant accepted, shown_identities shown, caller_directory* directory)
    : x_fd(fd), x_number(next_number()), x_accepted(accepted), x_shown(std::move(shown)),
      x_directory(directory) {
    ucred who{};
    socklen_t size = sizeof who;
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return;
    if (who.pid == 0 || is_overflow_uid(who.uid)) return;
    x_uid = who.uid;
    x_gid = who.gid;
    x_pid = who.pid;
    x_share = x_directory != nullptr ? x_directory->share_of(who.uid) : who.uid;
}

const group_list& peer::groups() const {
    static group_list unkept;
    static std::uint64_t unkept_of = 0;
    if (x_groups) return *x_groups;
    if (unkept_of == x_number) return unkept;
    group_list all{.numbers = {x_gid}};
    if (auto more = supplementary_groups(x_fd)) {
        all.complete = true;
        all.numbers.insert(all.numbers.end(), more->begin(), more->end());
    }
    // The owner of subordinate gids can have very many, on many connections: only one list is kept at a time.
    if (all.numbers.size() > most_kept_groups) {
        unkept_of = x_number;
        return unkept = std::move(all);
    }
    return x_groups.emplace(std::move(all));
}

bool peer::in_group(unsigned gid) const {
    if (!x_uid || is_overflow_gid(gid)) return false;
    if (x_gid == gid) return true;
    const std::vector<unsigned>& all = groups().numbers;
    return std::find(all.begin(), all.end(), gid) != all.end();
}

bool peer::may_hide_groups() const {
    if (x_hides_groups) return *x_hides_groups;
    const std::vector<unsigned>& all = groups().numbers;
    x_hides_groups = !x_uid || !groups().complete || std::any_of(all.begin(), all.end(), is_overflow_gid) ||
                     !process_handle::of_peer(x_fd, x_pid, x_accepted).shares_user_namespace();
    return *x_hides_groups;
}

std::optional<std::string_view> peer::unit() const {
    if (!x_uid) return std::nullopt;
    if (!std::exchange(x_unit_read, true)) x_unit = process_handle::of_peer(x_fd, x_pid, x_accepted).unit();
    return x_unit;
}

std::string_view peer::known_unit() const {
    return x_unit ? std::string_view(*x_unit) : std::string_view();
}

std::shared_ptr<const caller_facts> peer::facts() const {
    return x_uid && x_directory != nullptr ? x_directory->find(*x_uid, groups().numbers) : nullptr;
}

bool peer::wait_for_facts(std::function<void()> done) const {
    return x_uid && x_directory != nullptr &&
           x_directory->wait_for(*x_uid, groups().numbers, std::move(done));
}

bool peer::is_shown(std::string_view identity) const {
    return x_shown == nullptr || std::find(x_shown->begin(), x_shown->end(), identity) != x_shown->end();
}

} // namespace tokenward::local
