// What the daemon starts with: its sockets, and what an earlier run has left with the service manager.
#pragma once

#include "daemon/app/app.hpp"
#include "daemon/core/config.hpp"
#include "daemon/kept/state_keeper.hpp"
#include "daemon/local/net/listening_socket.hpp"

#include <vector>

namespace tokenward {

struct start_gear {
    std::vector<local::listening_socket> sockets{}; ///< at least one
    found_state kept{};
};

/// Takes what systemd passes. Its sockets have path and mode as their units say, and are never removed by us;
/// without any, one of our own is bound, as options and configuration say. To be called once, before there
/// are threads. Errors: internal (the detail tells an operator what to look at), bad_request (the path is too
/// long).
result<start_gear> take_start_gear(const app_options& options, const config& c);

} // namespace tokenward
