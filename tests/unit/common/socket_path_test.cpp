// Which socket is meant.
#include "common/socket_path.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

class SocketPath : public ::testing::Test {
  protected:
    void SetUp() override {
        unsetenv("TOKENWARD_SOCKET");
        unsetenv("XDG_RUNTIME_DIR");
    }
    static std::string path(const char* given = nullptr) {
        char buffer[108];
        return tokenward_socket_path(given, buffer, sizeof buffer) == 0 ? buffer : "(does not fit)";
    }
};

} // namespace

TEST_F(SocketPath, WhatIsGivenComesFirst) {
    setenv("TOKENWARD_SOCKET", "/env.sock", 1);
    EXPECT_EQ(path("/given.sock"), "/given.sock");
    EXPECT_EQ(path(), "/env.sock");
    EXPECT_EQ(path(""), "/env.sock");
}

TEST_F(SocketPath, TheUsersOwnDaemonComesBeforeTheSystemsIfItIsThere) {
    std::string dir = ::testing::TempDir() + "tokenward-socket-path-" + std::to_string(getpid());
    std::filesystem::create_directories(dir + "/tokenward");
    setenv("XDG_RUNTIME_DIR", dir.c_str(), 1);
    EXPECT_EQ(path(), "/run/tokenward/tokenward.sock");
    std::ofstream(dir + "/tokenward/tokenward.sock") << "";
    EXPECT_EQ(path(), dir + "/tokenward/tokenward.sock");
    std::filesystem::remove_all(dir);
}

TEST_F(SocketPath, APathThatIsTooLongIsAnError) {
    EXPECT_EQ(path(("/" + std::string(200, 'x')).c_str()), "(does not fit)");
}
