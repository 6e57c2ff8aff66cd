// Real connections in a test's hands: sessions at one end of a socket pair, the test at the other, one
// thread.
#pragma once

#include "daemon/local/net/session_pool.hpp"
#include "tests/unit/local/api/local_side.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <string>
#include <utility>

namespace tokenward::local::testing {

/// The client's end: never blocks.
class wire {
  public:
    explicit wire(unique_fd fd) : x_fd(std::move(fd)) {}

    void send(const std::string& bytes) {
        ASSERT_EQ(::send(x_fd.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL),
                  static_cast<ssize_t>(bytes.size()));
    }
    /// What has come since the last call.
    std::string receive() {
        std::string all;
        char buffer[16 * 1024];
        for (;;) {
            ssize_t size = ::recv(x_fd.get(), buffer, sizeof buffer, MSG_DONTWAIT);
            if (size > 0) {
                all.append(buffer, static_cast<std::size_t>(size));
                continue;
            }
            if (size == 0) x_ended = true;
            if (size < 0 && errno != EAGAIN) x_reset = true;
            return all;
        }
    }
    bool ended() {
        receive();
        return x_ended;
    }
    bool reset() const { return x_reset; }
    void close() { x_fd.reset(); }
    void shut_sending() { ::shutdown(x_fd.get(), SHUT_WR); }
    int fd() const { return x_fd.get(); }

  private:
    unique_fd x_fd;
    bool x_ended = false;
    bool x_reset = false;
};

class OverASocket : public LocalSide {
  protected:
    explicit OverASocket(connection_limits limits = {.tick = std::chrono::hours(1)})
        : pool(io,
               {.service = service,
                .own_uid = ::geteuid(),
                .version = "1.2.3",
                .started = time.at.boot,
                .answers = around.answers},
               limits) {}

    wire open() {
        int fds[2];
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
        pool.admit(unique_fd(fds[0]));
        return wire(unique_fd(fds[1]));
    }
    /// Sends, lets the daemon's side do what it can, and returns what came back.
    std::string exchange(wire& client, const std::string& bytes) {
        client.send(bytes);
        run();
        return client.receive();
    }
    /// Lets timers fire until `holds`.
    void run_until(const std::function<bool()>& holds) {
        io.restart();
        while (!holds() && io.run_one() != 0) {
        }
    }
    static std::string get_token(const std::string& fields = "") {
        return request_text("GET", "/v1/tokens/ci/eu-de", fields);
    }

    session_pool pool;
};

} // namespace tokenward::local::testing
