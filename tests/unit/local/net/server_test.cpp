// The local side as a whole: through a path in the file system.
#include "daemon/local/net/server.hpp"

#include "tests/support/temp_dir.hpp"
#include "tests/unit/local/net/wire.hpp"

#include <sys/resource.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cstring>
#include <filesystem>
#include <vector>

namespace tokenward::local::testing {
namespace {

class Server : public LocalSide {
  protected:
    Server() {
        auto bound = listening_socket::bind(path(), 0666);
        EXPECT_TRUE(bound);
        std::vector<listening_socket> sockets;
        sockets.push_back(std::move(*bound));
        server.emplace(
            io, service,
            server_options{
                .own_uid = ::geteuid(), .version = "1.2.3", .started = time.at.boot, .limits = limits},
            std::move(sockets));
        server->start();
    }
    std::string path() const { return (x_directory / "tokenward.sock").string(); }

    wire connect_to_server() {
        unique_fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path().data(), path().size());
        EXPECT_EQ(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        return wire(std::move(fd));
    }
    std::string ask_server(wire& client, const std::string& text) {
        client.send(text);
        run();
        return client.receive();
    }

    support::temp_dir x_directory;
    connection_limits limits{.connections = 64, .tick = std::chrono::hours(1)};
    std::optional<local::server> server;
};

TEST_F(Server, ServesWhoConnects) {
    give_token();
    wire client = connect_to_server();
    EXPECT_EQ(split_reply(ask_server(client, request_text("GET", "/v1/tokens/ci/eu-de"))).status, 200);
    EXPECT_EQ(server->connections(), 1U);
    client.close();
    run();
    EXPECT_EQ(server->connections(), 0U);
}

TEST_F(Server, AcceptsMoreThanOneBurst) {
    std::vector<wire> clients;
    for (int i = 0; i < 64; ++i) clients.push_back(connect_to_server());
    clients.push_back(connect_to_server());
    run();
    EXPECT_EQ(server->connections(), 64U);
    EXPECT_EQ(split_reply(ask_server(clients.back(), request_text("GET", "/healthz"))).status, 200);
}

TEST_F(Server, StopsAndRemovesItsSocket) {
    wire client = connect_to_server();
    run();
    bool stopped = false;
    server->stop(10s, [&] { stopped = true; });
    EXPECT_FALSE(std::filesystem::exists(path()));
    run();
    EXPECT_TRUE(stopped);
    EXPECT_TRUE(client.ended());
}

TEST_F(Server, WaitsWhenThereAreNoDescriptorsLeftAndGoesOnThen) {
    wire early = connect_to_server();
    run();
    wire late = connect_to_server();
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    rlimit none = before;
    none.rlim_cur = 3; // fewer than are open
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    run();
    EXPECT_EQ(server->connections(), 1U);
#ifndef __SANITIZE_ADDRESS__
    // UBSan comes with ASan here, and its look at an object's type makes a pipe, which the limit forbids: it
    // would take each object that the request passes through for a broken one.
    EXPECT_EQ(split_reply(ask_server(early, request_text("GET", "/healthz"))).status, 200) << "others go on";
#endif
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    io.restart();
    while (server->connections() < 2) ASSERT_NE(io.run_one(), 0U);
    EXPECT_EQ(split_reply(ask_server(late, request_text("GET", "/healthz"))).status, 200);
}

TEST_F(Server, AnotherUsersRightsAreThoseOfTheRules) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
    give_token();
    std::filesystem::permissions(x_directory.path(), std::filesystem::perms::all);
    for (auto [uid, status] : {std::pair<uid_t, int>{1000, 200}, {4711, 403}, {65534, 403}}) {
        int fds[2];
        ASSERT_EQ(::pipe2(fds, O_CLOEXEC), 0);
        unique_fd ready(fds[0]);
        unique_fd tell(fds[1]);
        pid_t child = ::fork();
        if (child == 0) {
            if (::setresgid(uid, uid, uid) != 0 || ::setresuid(uid, uid, uid) != 0) ::_exit(99);
            wire client = connect_to_server();
            client.send(request_text("GET", "/v1/tokens/ci/eu-de"));
            (void)!::write(tell.get(), "x", 1);
            char answer[13] = {};
            ssize_t size = ::recv(client.fd(), answer, 12, MSG_WAITALL); // "HTTP/1.1 200"
            ::_exit(size == 12 ? std::atoi(answer + 9) - 200 : 98);      // an exit status has 8 bits
        }
        tell.reset();
        char sent = 0;
        ASSERT_EQ(::read(ready.get(), &sent, 1), 1);
        run();
        int ended = 0;
        ASSERT_EQ(::waitpid(child, &ended, 0), child);
        EXPECT_EQ(WEXITSTATUS(ended), status - 200) << "uid " << uid;
    }
}

} // namespace
} // namespace tokenward::local::testing
