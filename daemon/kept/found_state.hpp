// The states that earlier runs have stored with the service manager.
#pragma once

#include "daemon/kept/selection.hpp"
#include "systemd/inherited.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tokenward {

/// Whether a descriptor with this name holds a kept state; else it is a socket.
bool is_kept_state(std::string_view name) noexcept;

struct found_state {
    kept_state state{};               ///< the newest; what can't be read of it is left out and logged
    std::vector<std::string> names{}; ///< all that the manager has; removed once a newer state is stored
    std::uint64_t newest = 0;         ///< the number in the newest name
};
/// REQUIRES: is_kept_state of all names.
found_state find_kept_state(const std::vector<systemd::inherited_fd>& stored);

} // namespace tokenward
