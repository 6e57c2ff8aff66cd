// The whole stand-in: its listeners, its connections, and what they share.
#pragma once

#include "tests/support/standin/connections.hpp"
#include "tests/support/standin/control.hpp"
#include "tests/support/standin/net.hpp"
#include "tests/support/standin/state.hpp"
#include "tests/support/standin/stream.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tokenward::standin {

struct server_options {
    std::string listen = "127.0.0.1:0";
    std::string listen_tls{}; ///< empty = no HTTPS
    std::string tls_certificate{};
    std::string tls_key{};
    std::string tls_client_ca{};  ///< a client must show a certificate of these; empty = none is asked for
    std::string control_listen{}; ///< empty = /control on the other listeners alone
};

class server {
  public:
    /// Listens when it returns. Throws std::exception. `shared` must outlive it.
    server(state& shared, const server_options& options);
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    /// "http://127.0.0.1:PORT", "https://…", "control http://…": those that there are, in this order.
    std::vector<std::string> ready() const;

  private:
    void down();
    void up();
    void talk(int socket, const tls_server* tls, bool control_only);

    state& x_state;
    power_switch x_power;
    std::optional<tls_server> x_tls;
    connections x_iam_connections;
    connections x_control_connections;
    std::mutex x_power_mutex; ///< one down or up at a time
    std::optional<listener> x_http, x_https, x_control;
};

} // namespace tokenward::standin
