// An HTTP proxy on loopback that knows CONNECT alone, counts, and refuses when told to.
#pragma once

#include "tests/support/tcp_listener.hpp"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace tokenward::support {

/// What a proxy has seen.
struct proxy_counts {
    std::size_t connections = 0;
    std::size_t opened = 0;           ///< tunnels
    std::size_t refused = 0;          ///< requests for one that got another status than 200
    std::vector<std::string> asked{}; ///< "HOST:PORT" of each CONNECT
    std::string authorization{};      ///< Proxy-Authorization of the last request
    std::string last_request{};       ///< its whole header
};

/// Names are never looked up: all but numeric addresses lead to 127.0.0.1, so that a test can use a name that
/// nobody else can resolve. Thread-safe.
class connect_proxy {
  public:
    explicit connect_proxy(const std::string& address = "127.0.0.1");
    /// Cuts all connections.
    ~connect_proxy();
    connect_proxy(const connect_proxy&) = delete;
    connect_proxy& operator=(const connect_proxy&) = delete;

    std::uint16_t port() const noexcept { return x_listener.port(); }
    /// "http://[USERINFO@]ADDRESS:PORT"
    std::string url(std::string_view userinfo = {}) const;

    /// From now on each CONNECT gets this status; 200 opens tunnels, 0 never answers.
    void answer_with(int status);
    /// From now on whoever doesn't send these credentials ("user:password") gets 407.
    void demand(std::string_view credentials);
    /// Cuts the tunnels that are open.
    void cut();

    proxy_counts seen() const;

  private:
    void accept_all();
    void serve(int client);
    int judge(const std::string& header);
    static unique_fd open_tunnel(const std::string& destination);

    std::string x_address;
    tcp_listener x_listener;
    mutable std::mutex x_mutex; ///< guards what follows
    proxy_counts x_seen;
    int x_status = 200;
    std::string x_wanted; ///< Proxy-Authorization; empty = none is
    std::set<int> x_open; ///< sockets that a thread waits on
    std::size_t x_serving = 0;
    std::condition_variable x_done;
    std::thread x_acceptor;
};

} // namespace tokenward::support
