// Secrets are moved, compared and wiped to the last byte, and never printed.
#include "common/secret.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <sstream>
#include <type_traits>
#include <vector>

using namespace tokenward;

static_assert(!std::is_copy_constructible_v<secret> && !std::is_copy_assignable_v<secret>);

TEST(Secret, PrintsAsRedacted) {
    std::ostringstream out;
    out << secret("hunter2");
    EXPECT_EQ(out.str(), "[redacted]");
}

TEST(Secret, MovesAndLeavesNothingBehind) {
    secret a("hunter2");
    secret b = std::move(a);
    EXPECT_EQ(b.reveal(), "hunter2");
    EXPECT_TRUE(a.empty()); // NOLINT(bugprone-use-after-move): that is what is tested
    EXPECT_EQ(a.reveal(), "");
}

TEST(Secret, ComparesByContent) {
    EXPECT_EQ(secret("a"), secret("a"));
    EXPECT_FALSE(secret("a") == secret("b"));
    EXPECT_FALSE(secret("a") == secret("ab"));
    EXPECT_EQ(secret(), secret(""));
}

TEST(Wipe, ReachesTheLastByteOfAStringsCapacity) {
    std::string text = "0123456789abcdef0123456789abcdef0123456789abcdef";
    text.resize(20); // the rest of the secret is still in the buffer
    const char* bytes = text.data();
    std::size_t capacity = text.capacity();
    wipe(text);
    EXPECT_TRUE(text.empty());
    for (std::size_t i = 0; i < capacity; ++i) EXPECT_EQ(bytes[i], 0) << i;
}

TEST(Wipe, OfNothingIsFine) {
    wipe(nullptr, 0);
}

TEST(WipedString, GivesBackCleanMemory) {
    wiping_allocator<char> allocator;
    static unsigned char seen[64];
    char* p = allocator.allocate(64);
    std::memset(p, 'x', 64);
    wipe(p, 64); // what deallocate does first, looked at before the memory is gone
    std::memcpy(seen, p, 64);
    allocator.deallocate(p, 64);
    for (unsigned char c : seen) EXPECT_EQ(c, 0);
}
