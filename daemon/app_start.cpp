// See app_start.hpp.
#include "daemon/app_start.hpp"

#include "common/socket_path.h"
#include "daemon/log.hpp"
#include "systemd/inherited.hpp"

#include <string>
#include <utility>

namespace tokenward {
namespace {

result<std::string> socket_path(const app_options& options, const config& c) {
    const std::string& given = options.socket_path.empty() ? c.socket.path : options.socket_path;
    char path[108];
    if (tokenward_socket_path(given.c_str(), path, sizeof path) != 0)
        return problem{errc::bad_request, "the socket's path is longer than 107 bytes: " + given};
    return std::string(path);
}

result<local::listening_socket> adopt(systemd::inherited_fd given) {
    auto socket = local::listening_socket::adopt(given.fd.get());
    if (!socket)
        return problem{errc::internal,
                       "systemd passed something else than a socket to serve: " + socket.error().detail +
                           " (its name is " + given.name + "); look at ListenStream= in the socket's unit"};
    (void)given.fd.release(); // it has another owner now
    log::info("activated", {}, "systemd gave the socket {} (its name is {})",
              systemd::bound_path(socket->fd()), given.name);
    return socket;
}

} // namespace

result<start_gear> take_start_gear(const app_options& options, const config& c) {
    start_gear gear;
    auto inherited = systemd::take_inherited();
    if (!inherited) return inherited.error();
    std::vector<systemd::inherited_fd> kept;
    for (systemd::inherited_fd& each : *inherited) {
        if (is_kept_state(each.name)) {
            kept.push_back(std::move(each));
            continue;
        }
        auto socket = adopt(std::move(each));
        if (!socket) return socket.error();
        gear.sockets.push_back(std::move(*socket));
    }
    gear.kept = find_kept_state(kept);
    if (!gear.sockets.empty()) return gear;
    auto path = socket_path(options, c);
    if (!path) return path.error();
    auto own = local::listening_socket::bind(*path, c.socket.mode);
    if (!own) return own.error();
    gear.sockets.push_back(std::move(*own));
    return gear;
}

} // namespace tokenward
