// The socket's place in the file system: taken, given back, and never stolen.
#include "daemon/local/net/listening_socket.hpp"

#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tokenward::local {
namespace {

namespace fs = std::filesystem;

class ListeningSocket : public ::testing::Test {
  protected:
    std::string path() const { return (x_directory / "tokenward.sock").string(); }

    static sockaddr_un address(const std::string& path) {
        sockaddr_un a{};
        a.sun_family = AF_UNIX;
        std::memcpy(a.sun_path, path.data(), path.size());
        return a;
    }
    static unique_fd connect(const std::string& path) {
        unique_fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un a = address(path);
        if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&a), sizeof a) != 0) fd.reset();
        return fd;
    }
    // A socket file whose owner has died, as after SIGKILL.
    static void leave_stale_socket(const std::string& path) {
        unique_fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un a = address(path);
        ASSERT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&a), sizeof a), 0);
    }
    static unsigned mode_of(const std::string& path) {
        struct stat there {};
        EXPECT_EQ(::lstat(path.c_str(), &there), 0);
        return there.st_mode & 07777U;
    }

    support::temp_dir x_directory;
};

TEST_F(ListeningSocket, TakesConnectionsAndGoesWithItsOwner) {
    {
        auto bound = listening_socket::bind(path(), 0666);
        ASSERT_TRUE(bound) << bound.error().detail;
        EXPECT_TRUE(connect(path()));
        EXPECT_TRUE(fs::exists(path() + ".lock"));
    }
    EXPECT_FALSE(fs::exists(path()));
    EXPECT_FALSE(fs::exists(path() + ".lock"));
}

TEST_F(ListeningSocket, HasItsModeWhateverTheUmask) {
    for (unsigned mask : {0U, 022U, 077U}) {
        mode_t before = ::umask(mask);
        for (unsigned mode : {0666U, 0660U, 0600U}) {
            auto bound = listening_socket::bind(path(), mode);
            ASSERT_TRUE(bound);
            EXPECT_EQ(mode_of(path()), mode);
        }
        EXPECT_EQ(::umask(before), mask) << "the umask is as it was";
    }
}

// Were the mode set after bind(2), there would be a moment of world access, and a change to be seen.
TEST_F(ListeningSocket, ComesIntoBeingWithItsModeAndIsNeverChanged) {
    unique_fd watch(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    ASSERT_GE(::inotify_add_watch(watch.get(), x_directory.path().c_str(), IN_CREATE | IN_ATTRIB | IN_MOVE),
              0);
    mode_t before = ::umask(0); // the worst one
    auto bound = listening_socket::bind(path(), 0600);
    ::umask(before);
    ASSERT_TRUE(bound);
    std::vector<std::uint32_t> seen;
    alignas(inotify_event) char buffer[4096];
    ssize_t size = ::read(watch.get(), buffer, sizeof buffer);
    for (ssize_t at = 0; at < size;) {
        const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
        if (std::string_view(event->name) == "tokenward.sock") seen.push_back(event->mask);
        at += static_cast<ssize_t>(sizeof *event + event->len);
    }
    EXPECT_EQ(seen, std::vector<std::uint32_t>{IN_CREATE});
    EXPECT_EQ(mode_of(path()), 0600U);
}

TEST_F(ListeningSocket, MakesItsDirectory) {
    mode_t before = ::umask(077);
    std::string inside = (x_directory / "run").string() + "/tokenward.sock";
    auto bound = listening_socket::bind(inside, 0666);
    ::umask(before);
    ASSERT_TRUE(bound) << bound.error().detail;
    EXPECT_EQ(mode_of((x_directory / "run").string()), 0755U);
}

TEST_F(ListeningSocket, AStaleOneIsReplaced) {
    leave_stale_socket(path());
    ASSERT_FALSE(connect(path()));
    auto bound = listening_socket::bind(path(), 0666);
    ASSERT_TRUE(bound) << bound.error().detail;
    EXPECT_TRUE(connect(path()));
}

TEST_F(ListeningSocket, OfALiveDaemonIsNotStolen) {
    auto first = listening_socket::bind(path(), 0666);
    ASSERT_TRUE(first);
    auto second = listening_socket::bind(path(), 0666);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().detail,
              "another tokenwardd (pid " + std::to_string(::getpid()) + ") serves " + path());
    EXPECT_TRUE(connect(path()));
}

TEST_F(ListeningSocket, OfADaemonThatWasKilledIsTakenOver) {
    pid_t child = ::fork();
    if (child == 0) {
        auto bound = listening_socket::bind(path(), 0666);
        ::_exit(bound ? 0 : 1); // no destructor runs
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
    ASSERT_TRUE(fs::exists(path()));
    ASSERT_TRUE(fs::exists(path() + ".lock"));
    auto bound = listening_socket::bind(path(), 0666);
    ASSERT_TRUE(bound) << bound.error().detail;
    EXPECT_TRUE(connect(path()));
}

TEST_F(ListeningSocket, OfAnotherProgramThatListensIsNotStolen) {
    leave_stale_socket(path());
    fs::remove(path());
    unique_fd other(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un a = address(path());
    ASSERT_EQ(::bind(other.get(), reinterpret_cast<const sockaddr*>(&a), sizeof a), 0);
    ASSERT_EQ(::listen(other.get(), 1), 0);
    auto bound = listening_socket::bind(path(), 0666);
    ASSERT_FALSE(bound);
    EXPECT_EQ(bound.error().detail,
              "another program (pid " + std::to_string(::getpid()) + ") serves " + path());
    EXPECT_TRUE(connect(path()));
}

TEST_F(ListeningSocket, AFileThatIsNoSocketIsLeftAlone) {
    x_directory.write("tokenward.sock", "precious");
    auto bound = listening_socket::bind(path(), 0666);
    ASSERT_FALSE(bound);
    EXPECT_EQ(support::read_file(path()), "precious");

    fs::remove(path());
    std::string elsewhere = x_directory.write("elsewhere", "precious too").string();
    fs::create_symlink(elsewhere, path());
    EXPECT_FALSE(listening_socket::bind(path(), 0666));
    EXPECT_TRUE(fs::is_symlink(path()));
}

TEST_F(ListeningSocket, WhatSomebodyElsePutInItsPlaceIsNotRemoved) {
    std::optional<listening_socket> bound;
    {
        auto made = listening_socket::bind(path(), 0666);
        ASSERT_TRUE(made);
        bound.emplace(std::move(*made));
    }
    fs::remove(path());
    x_directory.write("tokenward.sock", "new");
    bound.reset();
    EXPECT_EQ(support::read_file(path()), "new");
}

TEST_F(ListeningSocket, ATooLongPathIsRefused) {
    auto bound = listening_socket::bind("/tmp/" + std::string(200, 'a'), 0666);
    ASSERT_FALSE(bound);
    EXPECT_EQ(bound.error().code, errc::bad_request);
}

TEST_F(ListeningSocket, ASocketThatDoesNotListenIsNotAdopted) {
    unique_fd given(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un a = address(path());
    ASSERT_EQ(::bind(given.get(), reinterpret_cast<const sockaddr*>(&a), sizeof a), 0);
    const int number = given.get();
    EXPECT_FALSE(listening_socket::adopt(std::move(given)));
    EXPECT_EQ(::fcntl(number, F_GETFD), -1) << "it was given away, and is closed once";
}

TEST_F(ListeningSocket, AnAdoptedOneListensAndIsNeverRemoved) {
    unique_fd given(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un a = address(path());
    ASSERT_EQ(::bind(given.get(), reinterpret_cast<const sockaddr*>(&a), sizeof a), 0);
    ASSERT_EQ(::listen(given.get(), 8), 0);
    {
        auto adopted = listening_socket::adopt(std::move(given));
        ASSERT_TRUE(adopted) << adopted.error().detail;
        EXPECT_NE(::fcntl(adopted->fd(), F_GETFL) & O_NONBLOCK, 0);
        EXPECT_NE(::fcntl(adopted->fd(), F_GETFD) & FD_CLOEXEC, 0);
        EXPECT_TRUE(connect(path()));
    }
    EXPECT_TRUE(fs::exists(path()));
}

TEST_F(ListeningSocket, ADirectoryThatOthersCanWriteIsRefused) {
    for (auto open : {fs::perms::group_write, fs::perms::others_write}) {
        fs::permissions(fs::path(path()).parent_path(), fs::perms::owner_all | open);
        auto refused = listening_socket::bind(path(), 0666);
        ASSERT_FALSE(refused);
        EXPECT_NE(refused.error().detail.find("others can write the directory"), std::string::npos);
        EXPECT_FALSE(fs::exists(path()));
    }
}

TEST_F(ListeningSocket, AStickyDirectoryIsGoodEnough) {
    fs::permissions(fs::path(path()).parent_path(), fs::perms::all | fs::perms::sticky_bit);
    EXPECT_TRUE(listening_socket::bind(path(), 0666));
}

TEST(LoopbackSocket, AnAddressThatIsNoNumberIsRefusedAndNotTakenForAllInterfaces) {
    for (const char* address : {"localhost", "", "127.0.0.1.1", "::1::"})
        EXPECT_FALSE(listening_socket::listen_on({.address = address, .port = 0})) << address;
    EXPECT_TRUE(listening_socket::listen_on({.address = "127.0.0.1", .port = 0}));
}

} // namespace
} // namespace tokenward::local
