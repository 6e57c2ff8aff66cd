// Takes sockets and state from systemd, and binds the sockets that systemd did not pass.
#include "daemon/app/startup_resources.hpp"

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

// The sockets of the configuration; `socket_path` replaces the path of the first.
result<std::vector<socket_config>> wanted_sockets(const std::string& socket_path, const config& c) {
    std::vector<socket_config> wanted = c.sockets;
    if (!socket_path.empty()) wanted.front().path = socket_path;
    for (socket_config& each : wanted) {
        auto path = complete_path(each.path);
        if (!path) return path.error();
        each.path = std::move(*path);
    }
    return wanted;
}

// The configured socket that a socket from systemd stands for: the one with its path, or the only one if the
// configuration has no list.
result<std::vector<socket_config>::iterator>
find_configured(const local::listening_socket& socket, std::vector<socket_config>& wanted, const config& c) {
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

// `beside`: systemd has passed other sockets.
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
                       "systemd passed a descriptor that is not a socket to serve: " + socket.error().detail +
                           " (its name is " + given.name + "); look at ListenStream= in the socket's unit"};
    const std::string path = systemd::bound_path(socket->fd());
    log::info("activated", {}, "systemd gave the socket {} (its name is {})", path, given.name);
    // The socket exists already and its unit is the administrator's choice, so a directory that others can
    // write is only warned about.
    if (auto good = local::listening_socket::check_directory(path); path.starts_with('/') && !good)
        log::warning("socket_directory", {}, "{}; see DirectoryMode= in the socket's unit",
                     good.error().detail);
    return socket;
}

// Warns if the path or mode of a socket from systemd is not as configured. A stricter mode is fine.
void compare(const local::listening_socket& given, const socket_config& wanted, bool path_is_given) {
    const std::string path = systemd::bound_path(given.fd());
    if (path_is_given && path != wanted.path)
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

result<startup_resources> acquire_startup_resources(const std::string& socket_path, const config& c) {
    startup_resources resources;
    auto wanted = wanted_sockets(socket_path, c);
    if (!wanted) return wanted.error();
    auto inherited = systemd::take_inherited();
    if (!inherited) return inherited.error();
    std::vector<systemd::inherited_fd> kept;
    std::set<std::string> given;
    const bool path_is_given = !socket_path.empty() || !c.sockets.front().path.empty();
    for (systemd::inherited_fd& each : *inherited) {
        if (is_kept_state(each.name)) {
            kept.push_back(std::move(each));
            continue;
        }
        auto socket = adopt(std::move(each));
        if (!socket) return socket.error();
        auto match = find_configured(*socket, *wanted, c);
        if (!match) return match.error();
        socket->show_only((*match)->identities);
        compare(*socket, **match, path_is_given);
        given.insert((*match)->path);
        resources.sockets.push_back(std::move(*socket));
    }
    resources.kept = find_kept_state(kept);
    std::erase_if(*wanted, [&](const socket_config& each) { return given.contains(each.path); });
    auto own = bind_all(*wanted, !resources.sockets.empty()); // those that systemd did not pass
    if (!own) return own.error();
    std::move(own->begin(), own->end(), std::back_inserter(resources.sockets));
    return resources;
}

} // namespace tokenward
