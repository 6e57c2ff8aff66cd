// Memory that is sealed: nobody changes it, and only such a file is believed.
#include "systemd/memory_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <string_view>

namespace tokenward::systemd {
namespace {

using ::testing::HasSubstr;

/// The line of /proc/self/maps that names the file; empty if there is none.
std::string mapping_of(std::string_view file) {
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);)
        if (line.find(file) != std::string::npos) return line;
    return {};
}

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
    EXPECT_THAT(refused.error().detail, HasSubstr("not a sealed memory file"));
    EXPECT_FALSE(read_sealed(0)); // nor is something else
}

// vm.memfd_noexec=1, of a hardened machine, adds a seal of its own.
TEST(SealedMemory, IsBelievedWithMoreSealsThanOurs) {
    constexpr int never_executable = 0x0020; // F_SEAL_EXEC, since Linux 6.3
    const unique_fd sealed(::memfd_create("sealed", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    ASSERT_EQ(::write(sealed.get(), "kept", 4), 4);
    const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    if (::fcntl(sealed.get(), F_ADD_SEALS, seals | never_executable) != 0)
        GTEST_SKIP() << "this kernel has no such seal";
    auto read = read_sealed(sealed.get());
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(std::string_view(*read), "kept");
}

// Where vm.memfd_noexec=2 there is no other.
TEST(SealedMemory, IsNeverExecutable) {
    auto made = sealed_memory::make("as it is");
    ASSERT_TRUE(made);
    const unique_fd plain(::memfd_create("plain", MFD_CLOEXEC | 0x0008U)); // MFD_NOEXEC_SEAL, since Linux 6.3
    if (!plain) GTEST_SKIP() << "this kernel makes no such file";
    struct stat is {};
    ASSERT_EQ(::fstat(made->fd(), &is), 0);
    EXPECT_EQ(is.st_mode & 0111U, 0U);
}

// Before Linux 6.7 what is sealed against writing can't be mapped shared, and would not be locked then.
TEST(SealedMemory, IsLockedByAMappingThatEveryKernelGives) {
    auto made = sealed_memory::make("as it is");
    ASSERT_TRUE(made);
    if (!made->is_locked()) GTEST_SKIP() << "no memory may be locked here";
    EXPECT_THAT(mapping_of("memfd:tokenward-state"), HasSubstr("r--p"));
}

TEST(SealedMemory, MayBeEmpty) {
    auto made = sealed_memory::make("");
    ASSERT_TRUE(made);
    EXPECT_TRUE(read_sealed(made->fd())->empty());
}

} // namespace
} // namespace tokenward::systemd
