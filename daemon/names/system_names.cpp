// Calls the C library for users and groups (nsswitch).
#include "daemon/names/system_names.hpp"

#include <grp.h>
#include <pwd.h>

#include <cerrno>

namespace tokenward {
namespace {

constexpr std::size_t largest_entry = std::size_t{1024} * 1024; // a group of many thousand members
constexpr std::size_t most_groups = 65536;                      // NGROUPS_MAX

/// Calls one of the get…_r functions with a buffer that grows until the entry fits.
template <class Entry, class Key, class Lookup, class Read>
auto look_up(Key key, Lookup lookup, Read read) -> std::optional<decltype(read(Entry{}))> {
    for (std::vector<char> buffer(4096); buffer.size() <= largest_entry; buffer.resize(buffer.size() * 4)) {
        Entry entry{};
        Entry* found = nullptr;
        const int failure = lookup(key, &entry, buffer.data(), buffer.size(), &found);
        if (failure == ERANGE) continue;
        if (failure != 0 || found == nullptr) return std::nullopt;
        return read(entry);
    }
    return std::nullopt;
}

unsigned uid_of(const passwd& entry) {
    return entry.pw_uid;
}
unsigned primary_group_of(const passwd& entry) {
    return entry.pw_gid;
}
unsigned gid_of(const ::group& entry) {
    return entry.gr_gid;
}
std::string name_of_user(const passwd& entry) {
    return entry.pw_name != nullptr ? entry.pw_name : "";
}
std::string name_of_group(const ::group& entry) {
    return entry.gr_name != nullptr ? entry.gr_name : "";
}

} // namespace

std::optional<unsigned> system_names::user(const std::string& name) const {
    return look_up<passwd>(name.c_str(), getpwnam_r, uid_of);
}

std::optional<unsigned> system_names::group(const std::string& name) const {
    return look_up<::group>(name.c_str(), getgrnam_r, gid_of);
}

std::optional<std::string> system_names::user_name(unsigned uid) const {
    return look_up<passwd>(uid, getpwuid_r, name_of_user);
}

std::optional<std::string> system_names::group_name(unsigned gid) const {
    return look_up<::group>(gid, getgrgid_r, name_of_group);
}

std::optional<std::vector<unsigned>> system_names::groups_of(const std::string& user) const {
    const auto primary = look_up<passwd>(user.c_str(), getpwnam_r, primary_group_of);
    if (!primary) return std::nullopt;
    for (std::vector<gid_t> groups(64); groups.size() <= most_groups; groups.resize(groups.size() * 4)) {
        int count = static_cast<int>(groups.size());
        if (getgrouplist(user.c_str(), *primary, groups.data(), &count) < 0) continue;
        groups.resize(static_cast<std::size_t>(count));
        return std::vector<unsigned>(groups.begin(), groups.end());
    }
    return std::nullopt;
}

} // namespace tokenward
