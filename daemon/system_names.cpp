// See system_names.hpp.
#include "daemon/system_names.hpp"

#include <grp.h>
#include <pwd.h>

#include <cerrno>
#include <charconv>
#include <vector>

namespace tokenward {
namespace {

constexpr std::size_t largest_entry = std::size_t{1024} * 1024; // a group of many thousand members

/// Calls one of the get…nam_r functions with a buffer that grows until the entry fits.
template <class Entry, class Lookup, class Number>
std::optional<unsigned> look_up(const std::string& name, Lookup lookup, Number number) {
    for (std::vector<char> buffer(4096); buffer.size() <= largest_entry; buffer.resize(buffer.size() * 4)) {
        Entry entry{};
        Entry* found = nullptr;
        int failure = lookup(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
        if (failure == ERANGE) continue;
        return failure == 0 && found != nullptr ? std::optional<unsigned>(number(entry)) : std::nullopt;
    }
    return std::nullopt;
}

std::optional<unsigned> as_number(const std::string& text) {
    unsigned number = 0;
    const char* end = text.data() + text.size();
    auto [stop, failure] = std::from_chars(text.data(), end, number);
    bool is_id =
        failure == std::errc{} && stop == end && number != static_cast<unsigned>(-1); // (uid_t)-1 is no one
    return is_id ? std::optional(number) : std::nullopt;
}

} // namespace

std::optional<unsigned> system_names::user(const std::string& name) const {
    auto id = look_up<passwd>(name, getpwnam_r, [](const passwd& entry) { return entry.pw_uid; });
    return id ? id : as_number(name);
}

std::optional<unsigned> system_names::group(const std::string& name) const {
    auto id = look_up<::group>(name, getgrnam_r, [](const ::group& entry) { return entry.gr_gid; });
    return id ? id : as_number(name);
}

} // namespace tokenward
