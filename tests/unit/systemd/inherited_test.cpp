// The descriptors that the manager passes, taken in a process of their own: they have fixed numbers there.
#include "systemd/inherited.hpp"

#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdlib>
#include <cstring>
#include <string>

namespace tokenward::systemd {
namespace {

int make_listener(const std::string& path) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::abort();
    return fd;
}

void announce(const char* count, const char* names) {
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", count, 1);
    ::setenv("LISTEN_FDNAMES", names, 1);
}

// The status tells which of the expectations did not hold.
[[noreturn]] void take_two(const std::string& path) {
    const int listener = ::fcntl(make_listener(path), F_DUPFD, 10);
    ::dup2(listener, 3);
    ::dup2(listener, 4);
    announce("2", "tokenward:tokenward-state-7");
    auto taken = take_inherited();
    if (!taken || taken->size() != 2) std::_Exit(1);
    if ((*taken)[0].name != "tokenward" || (*taken)[1].name != "tokenward-state-7") std::_Exit(2);
    if ((*taken)[0].fd.get() != 3 || (::fcntl(3, F_GETFD) & FD_CLOEXEC) == 0) std::_Exit(3);
    if (bound_path(3) != path) std::_Exit(4);
    if (std::getenv("LISTEN_FDS") != nullptr) std::_Exit(5);
    std::_Exit(0);
}

[[noreturn]] void take_nonsense() {
    announce("many", "tokenward");
    auto taken = take_inherited();
    std::_Exit(!taken && taken.error().detail.find("LISTEN_FDS") != std::string::npos ? 0 : 1);
}

TEST(Inherited, DescriptorsComeWithTheirNamesAndOnce) {
    const support::temp_dir folder;
    EXPECT_EXIT(take_two(folder / "socket"), ::testing::ExitedWithCode(0), "");
}

TEST(Inherited, VariablesThatMakeNoSenseAreAnErrorThatNamesThem) {
    EXPECT_EXIT(take_nonsense(), ::testing::ExitedWithCode(0), "");
}

TEST(Inherited, StartedByHandThereAreNone) {
    auto taken = take_inherited();
    ASSERT_TRUE(taken);
    EXPECT_TRUE(taken->empty());
}

TEST(Inherited, ThisBootHasAName) {
    EXPECT_EQ(boot_id().size(), 32U);
    EXPECT_EQ(boot_id(), boot_id());
}

} // namespace
} // namespace tokenward::systemd
