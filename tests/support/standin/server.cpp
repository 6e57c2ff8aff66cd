// See server.hpp.
#include "tests/support/standin/server.hpp"

#include "tests/support/standin/delivery.hpp"
#include "tests/support/standin/exchange.hpp"
#include "tests/support/standin/refusal.hpp"

namespace tokenward::standin {

namespace {

/// Answers what comes on one connection, until it ends.
void answer_all(state& s, stream& with, const power_switch* power, bool control_only) {
    request_reader requests(with);
    try {
        while (const auto from = requests.next()) {
            bool keep = false;
            if (is_control(from->path) || control_only)
                keep = deliver(with, control(s, power, *from), {.says_close = !from->keep_alive});
            else
                keep = exchange(s, with, *from);
            if (!keep) return;
        }
    } catch (const malformed_request& e) {
        deliver(with, to_response({.status = 400, .message = e.what()}, dialect::keystone),
                {.says_close = true});
    }
}

} // namespace

server::server(state& shared, const server_options& options)
    : x_state(shared), x_power{[this] { down(); }, [this] { up(); }} {
    const auto iam = [this](const tls_server* tls) {
        return [this, tls](unique_fd socket) {
            x_iam_connections.serve(std::move(socket), [this, tls](int fd) { talk(fd, tls, false); });
        };
    };
    x_http.emplace(socket_address::parse(options.listen), iam(nullptr));
    if (!options.listen_tls.empty()) {
        x_tls.emplace(options.tls_certificate, options.tls_key, options.tls_client_ca);
        x_https.emplace(socket_address::parse(options.listen_tls), iam(&*x_tls));
    }
    if (!options.control_listen.empty()) {
        x_control.emplace(socket_address::parse(options.control_listen), [this](unique_fd socket) {
            x_control_connections.serve(std::move(socket), [this](int fd) { talk(fd, nullptr, true); });
        });
        x_control->open();
    }
    up();
}

server::~server() {
    if (x_control) x_control->close();
    {
        const std::lock_guard lock(x_state.mutex);
        x_state.stopping = true;
    }
    down();
    x_control_connections.cut_all();
}

std::vector<std::string> server::ready() const {
    std::vector<std::string> lines{"http://" + x_http->address().text()};
    if (x_https) lines.push_back("https://" + x_https->address().text());
    if (x_control) lines.push_back("control http://" + x_control->address().text());
    return lines;
}

void server::up() {
    const std::lock_guard lock(x_power_mutex);
    x_http->open();
    if (x_https) x_https->open();
}

void server::down() {
    const std::lock_guard lock(x_power_mutex);
    x_http->close();
    if (x_https) x_https->close();
    {
        const std::lock_guard waiting(x_state.mutex);
        ++x_state.cuts; // who waits at the gate gives up
    }
    x_state.changed.notify_all();
    x_iam_connections.cut_all();
}

void server::talk(int socket, const tls_server* tls, bool control_only) {
    const auto count = [&](void (ledger::*note)()) {
        if (control_only) return;
        const std::lock_guard lock(x_state.mutex);
        (x_state.seen.*note)();
        x_state.changed.notify_all();
    };
    count(&ledger::note_connection);
    {
        const auto with = tls == nullptr ? std::make_unique<stream>(socket) : tls->accept(socket);
        if (with) answer_all(x_state, *with, control_only ? &x_power : nullptr, control_only);
    }
    count(&ledger::note_disconnection);
}

} // namespace tokenward::standin
