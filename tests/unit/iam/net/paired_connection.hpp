// A connection to an IAM that is the test itself: both ends of a socket pair, and an event loop that never
// waits.
#pragma once

#include "daemon/iam/net/exchange.hpp"

#include "tests/support/unique_fd.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <sys/socket.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace tokenward::iam {

/// One end of a socket pair as a stream of `io`; the other end is given to the caller. What one end writes is
/// there for the other at once.
inline plain_stream paired_stream(boost::asio::io_context& io, support::unique_fd& other) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        throw std::runtime_error("socketpair");
    other = support::unique_fd(ends[1]);
    plain_stream stream(io);
    stream.socket().assign(boost::asio::ip::tcp::v4(), ends[0]); // Asio does not care what kind it is
    return stream;
}

class paired_connection {
  public:
    paired_connection() : x_ours{nullptr, paired_stream(x_io, x_theirs)} {}

    /// Says `bytes` as the IAM.
    void say(std::string_view bytes) {
        // A connection that was closed takes none: that's the client's good right.
        (void)!::send(x_theirs.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        advance();
    }
    /// Closes the IAM's end of the stream.
    void close() {
        ::shutdown(x_theirs.get(), SHUT_RDWR);
        advance();
    }

    /// Begins to ask, until there is nothing to do but wait.
    void ask(boost::beast::http::verb method, std::string_view target = "/v3", answer_limits limits = {}) {
        x_message = request_message(method, {target.data(), target.size()}, 11);
        x_message.prepare_payload();
        x_end.reset();
        auto keep = [this](std::exception_ptr failed, exchanged end) {
            if (failed) std::rethrow_exception(failed);
            x_end.emplace(std::move(end));
        };
        boost::asio::co_spawn(x_io, exchange(x_ours, x_message, limits), keep);
        advance();
    }
    /// What the asking came to; none: it goes on.
    const std::optional<exchanged>& end() const { return x_end; }
    bool has_ended() const { return x_end.has_value(); }

    /// What the client has written since the last call.
    std::string heard() {
        char bytes[4096];
        const ssize_t got = ::recv(x_theirs.get(), bytes, sizeof bytes, MSG_DONTWAIT);
        return {bytes, got > 0 ? static_cast<std::size_t>(got) : 0};
    }
    connection& ours() { return x_ours; }

  private:
    void advance() {
        x_io.restart();
        while (x_io.poll() != 0) x_io.restart();
    }

    boost::asio::io_context x_io{1};
    support::unique_fd x_theirs;
    connection x_ours;
    request_message x_message;
    std::optional<exchanged> x_end;
};

} // namespace tokenward::iam
