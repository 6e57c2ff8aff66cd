// Memory that is sealed: nobody changes it, and only such a file is believed.
#include "systemd/memory_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/mman.h>

#include <cerrno>
#include <string>

namespace tokenward::systemd {
namespace {

using ::testing::HasSubstr;

TEST(SealedMemory, IsReadAsItWasWrittenAsOftenAsOneLikes) {
    const std::string bytes(100'000, 'x');
    auto made = sealed_memory::make(bytes);
    ASSERT_TRUE(made);
    for (int i = 0; i < 2; ++i) {
        auto read = read_sealed(made->fd());
        ASSERT_TRUE(read);
        EXPECT_EQ(std::string_view(*read), bytes);
    }
}

TEST(SealedMemory, NobodyCanChangeIt) {
    auto made = sealed_memory::make("as it is");
    ASSERT_TRUE(made);
    EXPECT_EQ(::pwrite(made->fd(), "X", 1, 0), -1);
    EXPECT_EQ(errno, EPERM);
    EXPECT_EQ(::ftruncate(made->fd(), 1), -1);
    EXPECT_EQ(::mmap(nullptr, 8, PROT_READ | PROT_WRITE, MAP_SHARED, made->fd(), 0), MAP_FAILED);
}

TEST(SealedMemory, OutlivesTheOneThatMadeItInAnothersHands) {
    unique_fd other;
    {
        auto made = sealed_memory::make("kept");
        ASSERT_TRUE(made);
        other = unique_fd(::dup(made->fd()));
    }
    EXPECT_EQ(std::string_view(*read_sealed(other.get())), "kept");
}

TEST(SealedMemory, AFileThatIsNotSealedIsNotBelieved) {
    const unique_fd open(::memfd_create("open", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    auto refused = read_sealed(open.get());
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().detail, HasSubstr("no sealed memory"));
    EXPECT_FALSE(read_sealed(0)); // nor is something else
}

TEST(SealedMemory, MayBeEmpty) {
    auto made = sealed_memory::make("");
    ASSERT_TRUE(made);
    EXPECT_TRUE(read_sealed(made->fd())->empty());
}

} // namespace
} // namespace tokenward::systemd
