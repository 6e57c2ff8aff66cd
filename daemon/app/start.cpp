// What the daemon starts with: its sockets, and what an earlier run has left.
#include "daemon/app/start.hpp"

#include "common/socket_path.h"
#include "daemon/base/log.hpp"
#include "systemd/inherited.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tokenward {
namespace {

result<std::string> complete_path(const std::string& given) {
    char path[108];
    if (tokenward_socket_path(given.c_str(), path, sizeof path) != 0)
        return problem{errc::bad_request, "the socket's path is longer than 107 bytes: " + given};
    return std::string(path);
}

// Where to serve: as the file says, but --socket takes the place of the first path.
result<std::vector<socket_config>> wanted_sockets(const app_options& options, const config& c) {
    std::vector<socket_config> wanted = c.sockets;
    if (!options.socket_path.empty()) wanted.front().path = options.socket_path;
    for (socket_config& each : wanted) {
        auto path = complete_path(each.path);
        if (!path) return path.error();
        each.path = std::move(*path);
    }
    return wanted;
}

// The place of a socket from systemd among the wanted ones: the one with its path; the only one, whatever its
// path, if the configuration has no list.
result<std::vector<socket_config>::iterator> place_of(const local::listening_socket& socket,
                                                      std::vector<socket_config>& wanted, const config& c) {
    const std::string path = systemd::bound_path(socket.fd());
    auto has_path = [&](const socket_config& each) { return each.path == path; };
    auto found = std::find_if(wanted.begin(), wanted.end(), has_path);
    if (found != wanted.end()) return found;
    const bool shows_all = c.sockets.size() == 1 && c.sockets.front().identities.empty();
    if (shows_all) return wanted.begin();
    return problem{errc::internal,
                   "systemd gave a socket at " + path +
                       ", which is not under `sockets`: what it may show is not known; add it "
                       "there, or take it out of the socket's unit"};
}

// `beside`: systemd gave others.
result<std::vector<local::listening_socket>> bind_all(const std::vector<socket_config>& wanted, bool beside) {
    std::vector<local::listening_socket> bound;
    for (const socket_config& each : wanted) {
        auto socket = local::listening_socket::bind(each.path, each.mode);
        if (!socket && beside)
            return problem{socket.error().code,
                           socket.error().detail +
                               "; systemd did not give it: let a socket unit with "
                               "Service=tokenward.service listen there, see tokenwardd(8)"};
        if (!socket) return socket.error();
        socket->show_only(each.identities);
        bound.push_back(std::move(*socket));
    }
    return bound;
}

result<local::listening_socket> adopt(systemd::inherited_fd given) {
    auto socket = local::listening_socket::adopt(std::move(given.fd));
    if (!socket)
        return problem{errc::internal,
                       "systemd passed something else than a socket to serve: " + socket.error().detail +
                           " (its name is " + given.name + "); look at ListenStream= in the socket's unit"};
    const std::string path = systemd::bound_path(socket->fd());
    log::info("activated", {}, "systemd gave the socket {} (its name is {})", path, given.name);
    // It is there already, and whoever made its unit answers for it: that others can replace it is said, no
    // more.
    if (auto good = local::listening_socket::check_directory(path); path.starts_with('/') && !good)
        log::warning("socket_directory", {}, "{}; see DirectoryMode= in the socket's unit",
                     good.error().detail);
    return socket;
}

// What the configuration says of a socket that is as its unit has it. A stricter unit is no matter.
void compare(const local::listening_socket& given, const socket_config& wanted, bool path_is_said) {
    const std::string path = systemd::bound_path(given.fd());
    if (path_is_said && path != wanted.path)
        log::warning("socket_elsewhere", {},
                     "systemd gave the socket {}, and not {} as the configuration says: ListenStream= in the "
                     "socket's unit decides where callers connect",
                     path, wanted.path);
    struct stat is {};
    if (!path.starts_with('/') || ::stat(path.c_str(), &is) != 0) return;
    if ((is.st_mode & 0777U & ~wanted.mode) != 0)
        log::warning("socket_mode", {},
                     "{} has the mode {:04o}, and not {:04o} as the configuration says: SocketMode= in the "
                     "socket's unit decides who may connect",
                     path, is.st_mode & 0777U, wanted.mode);
}

} // namespace

result<start_gear> take_start_gear(const app_options& options, const config& c) {
    start_gear gear;
    auto wanted = wanted_sockets(options, c);
    if (!wanted) return wanted.error();
    auto inherited = systemd::take_inherited();
    if (!inherited) return inherited.error();
    std::vector<systemd::inherited_fd> kept;
    std::set<std::string> given;
    const bool path_is_said = !options.socket_path.empty() || !c.sockets.front().path.empty();
    for (systemd::inherited_fd& each : *inherited) {
        if (is_kept_state(each.name)) {
            kept.push_back(std::move(each));
            continue;
        }
        auto socket = adopt(std::move(each));
        if (!socket) return socket.error();
        auto place = place_of(*socket, *wanted, c);
        if (!place) return place.error();
        socket->show_only((*place)->identities);
        compare(*socket, **place, path_is_said);
        given.insert((*place)->path);
        gear.sockets.push_back(std::move(*socket));
    }
    gear.kept = find_kept_state(kept);
    std::erase_if(*wanted, [&](const socket_config& each) { return given.contains(each.path); });
    auto own = bind_all(*wanted, !gear.sockets.empty()); // those that systemd did not give
    if (!own) return own.error();
    std::move(own->begin(), own->end(), std::back_inserter(gear.sockets));
    return gear;
}

} // namespace tokenward
