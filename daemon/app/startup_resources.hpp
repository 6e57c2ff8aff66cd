// What the daemon needs to start: its sockets, and the state that an earlier run left with the service
// manager.
#pragma once

#include "common/error.hpp"
#include "daemon/core/config.hpp"
#include "daemon/kept/found_state.hpp"
#include "daemon/local/net/listening_socket.hpp"

#include <string>
#include <vector>

namespace tokenward {

struct startup_resources {
    std::vector<local::listening_socket> sockets{}; ///< at least one
    found_state kept{};
};

/// Takes the descriptors that systemd passes. Its sockets have the path and mode of their units, and the
/// daemon never removes them. Sockets of the configuration that systemd did not pass are bound here; a
/// `socket_path` that is not empty replaces the path of the first. To be called once, before there are
/// threads. Errors: internal (the detail tells the operator what to look at), bad_request (the path is too
/// long).
result<startup_resources> acquire_startup_resources(const std::string& socket_path, const config& c);

} // namespace tokenward
