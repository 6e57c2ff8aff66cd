// What earlier runs have left with the service manager.
#include "daemon/kept/state_keeper.hpp"

#include "daemon/base/log.hpp"
#include "daemon/kept/format.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
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

void tell(std::string_view name, std::string_view fault) {
    log::warning("state_refused", {}, "of what was kept over the restart ({}): {}", name, fault);
}

kept_state read_one(const systemd::inherited_fd& from) {
    auto bytes = systemd::read_sealed(from.fd.get());
    if (!bytes) {
        tell(from.name, bytes.error().detail);
        return {};
    }
    parsed_kept_state parsed = parse_kept_state(*bytes);
    for (const std::string& fault : parsed.faults) tell(from.name, fault);
    return std::move(parsed.value);
}

} // namespace

bool is_kept_state(std::string_view name) noexcept {
    return name.starts_with(name_start);
}

// The newest alone: an older one may hold a token that was refused meanwhile.
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

std::map<std::string, login_digest> login_digests(const config& c) {
    std::map<std::string, login_digest> digests;
    for (const identity_config& identity : c.identities) {
        const wiped_string text = login_text(identity);
        login_digest& digest = digests[identity.name];
        // Without it all logins would look alike, and tokens of one be taken up for another.
        if (SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data()) ==
            nullptr)
            throw std::runtime_error("OpenSSL makes no SHA-256 digest");
    }
    return digests;
}

} // namespace tokenward
