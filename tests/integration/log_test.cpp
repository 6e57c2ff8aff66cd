// A log that nobody reads: callers are served all the same.
#include "tests/integration/daemon_under_test.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <vector>

using namespace tokenward::testing;
using tokenward::support::eventually;

namespace {

/// What has come through a descriptor that does not wait.
std::string read_all(int fd) {
    std::string all;
    std::array<char, 4096> bytes{};
    for (ssize_t size = 0; (size = ::read(fd, bytes.data(), bytes.size())) > 0;)
        all.append(bytes.data(), static_cast<std::size_t>(size));
    return all;
}

} // namespace

TEST(Log, AStderrThatNobodyReadsHoldsUpNobody) {
    iam_standin iam;
    daemon_under_test d({.auth_url = iam.auth_url(), .wait_ready = false});
    tokenward::support::temp_dir folder;
    const std::string fifo = folder / "stderr";
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    const tokenward::support::unique_fd reader(::open(fifo.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
    tokenward::support::process program(
        {"sh", "-c", "exec \"$@\" 2>\"$0\"", fifo, TOKENWARD_DAEMON, "--config", d.config_file()},
        {.env = {{"STATE_DIRECTORY", d.state_directory()}}});
    ASSERT_TRUE(eventually([&] { return ::access(d.socket().c_str(), F_OK) == 0; }));
    d.token();

    auto client = d.connect();
    std::vector<std::chrono::steady_clock::duration> took;
    for (int i = 0; i < 3'000; ++i) { // a line each: more than a pipe holds
        const auto start = std::chrono::steady_clock::now();
        EXPECT_EQ(client
                      .request("POST", "/v1/log-level", {{"Content-Type", "application/json"}},
                               R"({"level":"info"})")
                      .status,
                  200);
        EXPECT_EQ(client.get("/v1/tokens/ci/eu-de").status, 200);
        took.push_back(std::chrono::steady_clock::now() - start);
    }
    std::sort(took.begin(), took.end());
    EXPECT_LT(took[took.size() * 99 / 100], std::chrono::milliseconds(10)) << "two requests";

    std::string log = read_all(reader.get());
    EXPECT_NE(log.find("event=ready"), std::string::npos);
    EXPECT_EQ(log.find("event=log_dropped"), std::string::npos);
    program.signal(SIGTERM);
    EXPECT_EQ(program.wait_exit(), 0);
    log = read_all(reader.get());
    EXPECT_NE(log.find("lines of the log were dropped"), std::string::npos) << log;
    EXPECT_NE(log.find("event=stopping"), std::string::npos) << log;
}
