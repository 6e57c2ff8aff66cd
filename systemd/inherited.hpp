// The descriptors that the service manager passes at the start: sockets, and what was stored before.
#pragma once

#include "common/error.hpp"
#include "common/unique_fd.hpp"

#include <string>
#include <vector>

namespace tokenward::systemd {

struct inherited_fd {
    unique_fd fd;     ///< closed on exec
    std::string name; ///< FileDescriptorName= of the socket's unit (by default the unit's name), or as stored
};

/// Takes all of them, in the order in which they came; none when started by hand. The variables that tell of
/// them are removed from the environment. To be called once, before there are threads. Errors: internal, the
/// variables make no sense.
result<std::vector<inherited_fd>> take_inherited();

/// 32 hex digits that change with each boot; empty if they can't be read.
std::string boot_id();

/// The path that a Unix socket is bound to; `@NAME` for an abstract one; empty if it has none.
std::string bound_path(int fd);

} // namespace tokenward::systemd
