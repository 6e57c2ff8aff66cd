// Several sockets of one daemon: each shows its own identities, to root too.
#include "tests/integration/daemon_under_test.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstring>

namespace tokenward::testing {
namespace {

std::string second_identity(const std::string& auth_url, const std::string& secret_file) {
    return "  side:\n    auth:\n      auth_url: " + auth_url +
           "\n      username: " + std::string(iam_standin::user) +
           "\n      user_domain_name: " + std::string(iam_standin::domain) +
           "\n      password: {file: " + secret_file + "}\n    scopes: {nl: {project_name: eu-nl}}\n";
}

/// A listening socket as systemd makes it, in a place where the child finds it as descriptor 3.
support::unique_fd listen_as_systemd(const std::string& path, mode_t mode) {
    support::unique_fd made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0) << path;
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    EXPECT_EQ(::listen(made.get(), 16), 0);
    return support::unique_fd(::fcntl(made.get(), F_DUPFD, 10)); // inherited
}

/// Starts the daemon with a socket of systemd's.
support::process activated(const daemon_under_test& d, const support::unique_fd& socket) {
    const std::string fd = std::to_string(socket.get());
    const std::string take =
        "exec 3<&" + fd + " " + fd +
        "<&-; LISTEN_FDS=1 LISTEN_PID=$$ LISTEN_FDNAMES=tokenward exec \"$0\" --config \"$1\"";
    return support::process({"/bin/bash", "-c", take, TOKENWARD_DAEMON, d.config_file()},
                            {.env = {{"STATE_DIRECTORY", d.state_directory()}, {"TOKENWARD_SOCKET", ""}}});
}

} // namespace

TEST(Sockets, EachShowsItsOwnIdentities) {
    iam_standin iam;
    daemon_settings s{.auth_url = iam.auth_url(), .side = "[side]", .wait_ready = false};
    daemon_under_test d(s);
    s.extra = second_identity(iam.auth_url(), d.secret_file());
    d.write_config(s);
    d.start();

    auto side = [&](const char* target) { return http_client::over_unix(d.side_socket()).get(target); };
    EXPECT_EQ(side("/v1/tokens/side/nl").status, 200);
    auto hidden = side("/v1/tokens/ci/eu-de");
    EXPECT_EQ(hidden.status, 403) << hidden.body;
    EXPECT_EQ(side("/v1/tokens/nobody/eu-de").status, 403) << "as one that there is not";
    EXPECT_EQ(side("/v1/identities").body.find("\"ci\""), std::string::npos);
    EXPECT_EQ(side("/v1/status").body.find("\"ci\""), std::string::npos);
    EXPECT_EQ(side("/v1/explain/ci/eu-de").status, 403);

    EXPECT_EQ(d.get("/v1/tokens/ci/eu-de").status, 200);
    EXPECT_EQ(d.get("/v1/tokens/side/nl").status, 200) << "without a list, a socket shows all";
    struct stat is {};
    ASSERT_EQ(::stat(d.side_socket().c_str(), &is), 0);
    EXPECT_EQ(is.st_mode & 0777U, 0600U);
    EXPECT_EQ(d.stop(), 0);
    EXPECT_NE(::stat(d.side_socket().c_str(), &is), 0) << "removed at the end";
}

TEST(ActivatedSockets, ThatAreOpenToMoreThanTheConfigurationSaysAreToldOf) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url(), .side = "[ci]", .wait_ready = false});
    auto side = listen_as_systemd(d.side_socket(), 0666);
    auto program = activated(d, side);
    program.wait_for_line(
        "has the mode 0666, and not 0600 as the configuration says: SocketMode= in the socket's unit");
    EXPECT_NE(program.wait_for_line("event=ready").find(d.side_socket() + ", " + d.socket()),
              std::string::npos)
        << "all of them";
    program.signal(SIGTERM);
    EXPECT_EQ(program.wait_exit(), 0);
}

TEST(ActivatedSockets, ElsewhereThanTheConfigurationSaysAreToldOf) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url(), .wait_ready = false});
    auto elsewhere = listen_as_systemd(d.side_socket(), 0666);
    auto program = activated(d, elsewhere);
    program.wait_for_line("and not " + d.socket() +
                          " as the configuration says: ListenStream= in the socket's unit");
    program.wait_for_line("event=ready");
    program.signal(SIGTERM);
    EXPECT_EQ(program.wait_exit(), 0);
}

TEST(ActivatedSockets, OneThatIsNotAmongThemAndCanNotBeMadeIsToldWithTheWayOut) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url(), .side = "[ci]", .wait_ready = false});
    ASSERT_EQ(::mkdir(d.socket().c_str(), 0755), 0); // in the way
    auto side = listen_as_systemd(d.side_socket(), 0600);
    auto program = activated(d, side);
    program.wait_for_line(
        "systemd did not give it: let a socket unit with Service=tokenward.service listen there");
    EXPECT_EQ(program.wait_exit(), 1);
}

} // namespace tokenward::testing
