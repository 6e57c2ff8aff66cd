// The interfaces of endpoints by their names. Pure.
#pragma once

#include <string_view>

namespace tokenward {

/// `public`, `internal` or `admin`, also for the names of old: `publicURL`, `internalURL`, `adminURL`. Any
/// other text as it is.
constexpr std::string_view plain_interface(std::string_view name) noexcept {
    for (std::string_view known : {"publicURL", "internalURL", "adminURL"})
        if (name == known) return name.substr(0, name.size() - 3);
    return name;
}

} // namespace tokenward
