// Starts and stops the listeners and their connections together.
#include "daemon/local/net/server.hpp"

#include <utility>

namespace tokenward::local {

server::server(boost::asio::io_context& io, token_service& service, const server_options& options,
               std::vector<listening_socket> sockets)
    : x_sessions(io,
                 environment{.service = service,
                             .own_uid = options.own_uid,
                             .version = options.version,
                             .started = options.started,
                             .directory = options.directory},
                 options.limits) {
    for (listening_socket& socket : sockets) {
        auto admit = [this, shown = socket.shown()](unique_fd connected) {
            x_sessions.admit(std::move(connected), shown);
        };
        x_listeners.push_back(std::make_shared<listener>(io, std::move(socket), std::move(admit)));
    }
}

server::~server() {
    for (auto& one : x_listeners) one->stop();
}

void server::start() {
    for (auto& one : x_listeners) one->start();
}

void server::stop(std::chrono::milliseconds grace_period, std::function<void()> stopped) {
    for (auto& one : x_listeners) one->stop();
    x_sessions.stop(grace_period, std::move(stopped));
}

} // namespace tokenward::local
