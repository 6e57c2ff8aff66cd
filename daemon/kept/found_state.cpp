// Reads the states that earlier runs have stored with the service manager.
#include "daemon/kept/found_state.hpp"

#include "daemon/base/log.hpp"
#include "daemon/kept/format.hpp"
#include "systemd/memory_file.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace tokenward {
namespace {

constexpr std::string_view name_start = "tokenward-state-";

std::uint64_t number_of(std::string_view name) noexcept {
    name.remove_prefix(name_start.size());
    std::uint64_t number = 0;
    (void)std::from_chars(name.data(), name.data() + name.size(), number); // 0 if there is none: the oldest
    return number;
}

void log_fault(std::string_view name, std::string_view fault) {
    log::warning("state_refused", {}, "part of the state kept over the restart ({}) is not used: {}", name,
                 fault);
}

kept_state read_one(const systemd::inherited_fd& from) {
    auto bytes = systemd::read_sealed(from.fd.get());
    if (!bytes) {
        log_fault(from.name, bytes.error().detail);
        return {};
    }
    parsed_kept_state parsed = parse_kept_state(*bytes);
    for (const std::string& fault : parsed.faults) log_fault(from.name, fault);
    return std::move(parsed.value);
}

} // namespace

bool is_kept_state(std::string_view name) noexcept {
    return name.starts_with(name_start);
}

// Only the newest state is read: an older one may hold a token that was refused since.
found_state find_kept_state(const std::vector<systemd::inherited_fd>& stored) {
    found_state found;
    for (const systemd::inherited_fd& each : stored) {
        found.names.push_back(each.name);
        found.newest = std::max(found.newest, number_of(each.name));
    }
    for (const systemd::inherited_fd& each : stored)
        if (number_of(each.name) == found.newest) found.state = read_one(each);
    return found;
}

} // namespace tokenward
