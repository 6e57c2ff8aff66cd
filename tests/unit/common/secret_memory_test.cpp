// Memory for secrets: its blocks, what the system is told of it, and what happens if that can't be had.
#include "common/secret_memory.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

using namespace tokenward;

namespace {

// The line of /proc/self/smaps that begins with `field`, for the mapping that `address` lies in.
std::string line_of_mapping(const void* address, const std::string& field) {
    std::ifstream smaps("/proc/self/smaps");
    bool ours = false;
    for (std::string line; std::getline(smaps, line);) {
        unsigned long from = 0;
        unsigned long to = 0;
        if (std::sscanf(line.c_str(), "%lx-%lx ", &from, &to) == 2) {
            const auto at = reinterpret_cast<std::uintptr_t>(address);
            ours = from <= at && at < to;
        } else if (ours && line.starts_with(field)) {
            return line;
        }
    }
    return "";
}

// Runs in a child; true if it returned true.
template <class Check>
bool holds_in_a_child(Check check) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(check() ? 0 : 1);
    int status = 0;
    ::waitpid(child, &status, 0);
    return status == 0;
}

struct block {
    char* bytes;
    std::size_t size;
};

} // namespace

TEST(SecretMemory, BlocksAreAlignedCleanAndDoNotOverlap) {
    std::vector<block> taken;
    for (std::size_t size : {0U, 1U, 31U, 32U, 33U, 1000U, 4096U, 65'535U, 65'536U, 65'537U, 300'000U})
        for (int i = 0; i < 5; ++i) {
            auto* bytes = static_cast<char*>(secret_memory::allocate(size));
            EXPECT_EQ(reinterpret_cast<std::uintptr_t>(bytes) % secret_memory::alignment, 0U) << size;
            for (std::size_t at = 0; at < size; ++at) ASSERT_EQ(bytes[at], 0) << size << " at " << at;
            std::memset(bytes, static_cast<int>(taken.size() + 1), size);
            taken.push_back({bytes, size});
        }
    for (std::size_t i = 0; i < taken.size(); ++i) {
        for (std::size_t at = 0; at < taken[i].size; ++at)
            ASSERT_EQ(taken[i].bytes[at], static_cast<char>(i + 1)) << i;
        secret_memory::deallocate(taken[i].bytes, taken[i].size);
    }
}

TEST(SecretMemory, WhatComesBackIsGivenOutAgainAndIsClean) {
    const auto before = secret_memory::measure();
    for (std::size_t size : {40U, 5'000U, 60'000U, 1'000'000U})
        for (int i = 0; i < (size > 65'536 ? 20 : 2'000); ++i) {
            auto* bytes = static_cast<char*>(secret_memory::allocate(size));
            ASSERT_EQ(bytes[0], 0);
            ASSERT_EQ(bytes[size / 2], 0);
            ASSERT_EQ(bytes[size - 1], 0);
            bytes[0] = bytes[size / 2] = bytes[size - 1] = 's';
            secret_memory::deallocate(bytes, size);
        }
    const auto after = secret_memory::measure();
    EXPECT_EQ(after.used, before.used);
    EXPECT_LE(after.mapped - before.mapped, 1'000'000U) << "a slab or two, and no more";
}

TEST(SecretMemory, UseIsMeasured) {
    const auto before = secret_memory::measure();
    void* small = secret_memory::allocate(33);
    void* large = secret_memory::allocate(100'000);
    EXPECT_EQ(secret_memory::measure().used - before.used, 64U + 102'400U);
    secret_memory::deallocate(large, 100'000);
    secret_memory::deallocate(small, 33);
    EXPECT_EQ(secret_memory::measure().used, before.used);
}

TEST(SecretMemory, TooMuchIsBadAlloc) {
    EXPECT_THROW(static_cast<void>(secret_memory::allocate(~std::size_t{0} - 10)), std::bad_alloc);
    EXPECT_THROW(static_cast<void>(secret_memory::allocate(~std::size_t{0} / 4)), std::bad_alloc);
}

TEST(SecretMemory, WhatTheSystemRefusesIsBadAllocAndLeavesNothingBehind) {
    const auto before = secret_memory::measure();
    EXPECT_THROW(secret_memory::allocate(std::size_t{1} << 46), std::bad_alloc); // no such address space
    const auto after = secret_memory::measure();
    EXPECT_EQ(after.mapped, before.mapped);
    EXPECT_EQ(after.used, before.used);
    EXPECT_EQ(after.unlocked, before.unlocked);
    void* small = secret_memory::allocate(64);
    secret_memory::deallocate(small, 64);
}

TEST(SecretMemory, IsLockedLeftOutOfCoreDumpsAndWipedInAChild) {
    for (std::size_t size : {std::size_t{100}, std::size_t{200'000}}) {
        void* bytes = secret_memory::allocate(size);
        std::memset(bytes, 's', size);
        const std::string flags = line_of_mapping(bytes, "VmFlags:") + " ";
        EXPECT_NE(flags.find(" dd "), flags.npos) << "dumped: " << flags;
        EXPECT_NE(flags.find(" wf "), flags.npos) << "inherited: " << flags;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // they make mlock(2) do nothing
        EXPECT_NE(flags.find(" lo "), flags.npos) << "not locked: " << flags;
#endif
        EXPECT_TRUE(holds_in_a_child([&] { return static_cast<char*>(bytes)[0] == 0; }));
        secret_memory::deallocate(bytes, size);
    }
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(SecretMemory, WithoutTheRightToLockItServesAllTheSameAndSaysSo) {
    EXPECT_TRUE(holds_in_a_child([] {
        const rlimit none{0, 0};
        if (::setrlimit(RLIMIT_MEMLOCK, &none) != 0) return false;
        if (::getuid() == 0 && ::setuid(65'534) != 0) return false; // root may lock whatever the limit
        const auto before = secret_memory::measure();
        void* bytes = secret_memory::allocate(100'000);
        const auto with = secret_memory::measure();
        std::memset(bytes, 's', 100'000);
        secret_memory::deallocate(bytes, 100'000);
        const auto after = secret_memory::measure();
        return with.unlocked - before.unlocked == 102'400 && with.lock_error != 0 &&
               after.unlocked == before.unlocked;
    }));
}

using SecretMemoryDeathTest = ::testing::Test;
TEST(SecretMemoryDeathTest, RunningOverTheEndOfALargeBlockEndsTheProcess) {
    auto* bytes = static_cast<char*>(secret_memory::allocate(102'400));
    EXPECT_DEATH(static_cast<volatile char*>(bytes)[102'400] = 1, "");
    EXPECT_DEATH(static_cast<volatile char*>(bytes)[-1] = 1, "");
    secret_memory::deallocate(bytes, 102'400);
}
#endif
