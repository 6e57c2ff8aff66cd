// Reads /etc/subuid and /etc/subgid.
#include "daemon/names/subordinate_id_files.hpp"

#include "common/posix.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>

namespace tokenward {
namespace {

constexpr off_t largest_file = off_t{64} << 20;

subordinate_id_file read_one(const std::string& path) {
    subordinate_id_file made;
    struct stat is {};
    if (::stat(path.c_str(), &is) != 0) {
        if (errno != ENOENT && errno != ENOTDIR) made.fault = path + ": " + error_text(errno);
        return made;
    }
    made.stamp = stamp_of(is);
    if (!S_ISREG(is.st_mode) || is.st_size > largest_file) {
        made.fault = path + " is not a regular file, or is larger than 64 MiB";
        return made;
    }
    std::ifstream file(path, std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    if (!file.is_open() || file.bad())
        made.fault = path + " can't be read";
    else
        made.ids = subordinate_ids(text);
    return made;
}

} // namespace

bool subordinate_id_files::equals(const subordinate_id_files& other) const noexcept {
    return uids.stamp == other.uids.stamp && gids.stamp == other.gids.stamp &&
           uids.fault == other.uids.fault && gids.fault == other.gids.fault;
}

bool subordinate_id_files::has(unsigned uid, std::span<const unsigned> of_groups) const noexcept {
    return uids.ids.has(uid) ||
           std::any_of(of_groups.begin(), of_groups.end(), [&](unsigned gid) { return gids.ids.has(gid); });
}

std::vector<std::string_view> subordinate_id_files::owners_of(unsigned uid,
                                                              std::span<const unsigned> of_groups) const {
    std::vector<std::string_view> all = uids.ids.owners_of(uid);
    for (unsigned gid : of_groups)
        for (std::string_view owner : gids.ids.owners_of(gid))
            if (std::find(all.begin(), all.end(), owner) == all.end()) all.push_back(owner);
    return all;
}

std::shared_ptr<const subordinate_id_files>
read_subordinate_id_files(const std::string& subuid, const std::string& subgid,
                          const std::shared_ptr<const subordinate_id_files>& before) {
    auto read = std::make_shared<subordinate_id_files>();
    read->uids.stamp = stamp_of(subuid);
    read->gids.stamp = stamp_of(subgid);
    if (before && before->known() && before->equals(*read)) return before;
    read->uids = read_one(subuid);
    read->gids = read_one(subgid);
    return read;
}

} // namespace tokenward
