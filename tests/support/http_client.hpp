// A small blocking HTTP/1.1 client over a Unix socket or TCP, whose every byte a test can choose.
#pragma once

#include "tests/support/eventually.hpp"
#include "tests/support/unique_fd.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tokenward::support {

using http_headers = std::vector<std::pair<std::string, std::string>>;

struct http_reply {
    int status = 0;
    std::string reason{};
    std::string version{};  ///< "HTTP/1.1"
    http_headers headers{}; ///< names as they came
    std::string body{};     ///< without its transfer coding

    /// The value of the first header of that name, in any case; empty when there is none.
    std::string header(std::string_view name) const;
    bool has_header(std::string_view name) const { return count_header(name) != 0; }
    std::size_t count_header(std::string_view name) const;
};

/// One connection. Every call gives up with std::runtime_error after `limit`; std::system_error tells of the
/// socket (errc::connection_refused, connection_reset, …). Not thread-safe.
class http_client {
  public:
    using milliseconds = std::chrono::milliseconds;

    static http_client over_unix(const std::filesystem::path& socket);
    /// `host` is a numeric address.
    static http_client over_tcp(const std::string& host, std::uint16_t port);

    void set_limit(milliseconds limit) noexcept { x_limit = limit; }

    /// One request and its reply. `Host` (localhost) and, with a body or a method that has one,
    /// `Content-Length` are added unless given.
    http_reply request(std::string_view method, std::string_view target, const http_headers& headers = {},
                       std::string_view body = {});
    http_reply get(std::string_view target, const http_headers& headers = {}) {
        return request("GET", target, headers);
    }

    /// The next reply on the connection, for requests sent raw or pipelined. `to_head`: it has no body.
    http_reply read_reply(bool to_head = false);

    void send_raw(std::string_view bytes);
    /// What comes next, at least a byte; empty = the other side has closed.
    std::string receive_raw();
    /// Everything to the end of the stream; std::system_error for a reset.
    std::string receive_to_end();
    /// Whether the other side closes within the limit, sending nothing more.
    bool is_closed_by_peer();

    void shut_sending();
    /// Closes with a reset (SO_LINGER 0) on TCP.
    void reset();
    int fd() const noexcept { return x_socket.get(); }

  private:
    explicit http_client(unique_fd socket) noexcept : x_socket(std::move(socket)) {}

    bool fill();
    std::string take(std::size_t size);
    std::string take_line();
    void take_headers(http_reply& reply);
    void take_body(http_reply& reply);
    std::string take_chunks();

    unique_fd x_socket;
    std::string x_received; ///< bytes not used yet
    milliseconds x_limit = patience;
};

} // namespace tokenward::support
