// Reads the ids of a process from /proc/PID/status.
#include "daemon/local/peer/process_caller.hpp"

#include "daemon/base/text/ascii.hpp"
#include "daemon/local/peer/peer.hpp"
#include "daemon/local/peer/peer_unit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace tokenward::local {
namespace {

// The numbers behind "NAME:"; empty if there is no such line.
std::vector<unsigned> numbers_of(std::string_view status, std::string_view name) {
    std::vector<unsigned> numbers;
    auto at = status.find(fmt::format("\n{}:", name));
    if (at == std::string_view::npos) return numbers;
    std::string_view line = status.substr(at + name.size() + 2);
    line = line.substr(0, line.find('\n'));
    while (!(line = trimmed(line)).empty()) {
        auto end = line.find_first_of(" \t");
        if (auto number = parse_number<std::uint64_t>(line.substr(0, end)))
            numbers.push_back(static_cast<unsigned>(*number));
        line.remove_prefix(end == std::string_view::npos ? line.size() : end);
    }
    return numbers;
}

} // namespace

std::optional<process_ids> read_ids(std::string_view status) {
    const auto uids = numbers_of(status, "Uid"); // real, effective, saved, file system
    const auto gids = numbers_of(status, "Gid");
    if (uids.size() != 4 || gids.size() != 4) return std::nullopt;
    process_ids ids{uids[1], {gids[1]}};
    const auto more = numbers_of(status, "Groups");
    ids.groups.insert(ids.groups.end(), more.begin(), more.end());
    return ids;
}

result<process_caller> process_caller::of(pid_t pid, instant now, caller_directory* directory) {
    std::ifstream file(fmt::format("/proc/{}/status", pid));
    const std::string status(std::istreambuf_iterator<char>(file), {});
    auto ids = read_ids(status);
    if (!ids)
        return problem{errc::not_found, fmt::format("there is no process {} to be seen from here", pid)};
    process_caller made;
    if (!is_overflow_uid(ids->uid)) made.x_uid = ids->uid;
    made.x_groups = std::move(ids->groups);
    const process_handle process = process_handle::of_pid(pid, now);
    made.x_unit = process.unit();
    made.x_hides_groups = std::any_of(made.x_groups.begin(), made.x_groups.end(), is_overflow_gid) ||
                          !process.shares_user_namespace();
    if (made.x_uid && directory != nullptr) made.x_facts = directory->find(*made.x_uid, made.x_groups);
    return made;
}

bool process_caller::in_group(unsigned gid) const {
    return x_uid && !is_overflow_gid(gid) &&
           std::find(x_groups.begin(), x_groups.end(), gid) != x_groups.end();
}

} // namespace tokenward::local
