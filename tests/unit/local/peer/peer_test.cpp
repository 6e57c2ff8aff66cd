// What the kernel tells about the process at the other end.
#include "daemon/local/peer/peer.hpp"

#include "common/unique_fd.hpp"
#include "daemon/base/clock.hpp"
#include "daemon/local/peer/peer_unit.hpp"

#include <gtest/gtest.h>
#include <systemd/sd-login.h>

#include <grp.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace tokenward::local {
namespace {

struct socket_pair {
    socket_pair() {
        int fds[2];
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
        ours = unique_fd(fds[0]);
        theirs = unique_fd(fds[1]);
    }
    unique_fd ours, theirs;
};

std::string own_unit() {
    char* unit = nullptr;
    std::string name;
    if (sd_pid_get_unit(0, &unit) >= 0) name = unit;
    std::free(unit);
    return name;
}

instant now() {
    return kernel_clock{}.now().boot;
}

TEST(Peer, HasTheUidOfItsProcess) {
    socket_pair pair;
    EXPECT_EQ(peer(pair.ours.get(), now()).uid(), ::geteuid());
}

/// Gives all uids the owner 4711.
struct one_owner final : caller_directory {
    std::shared_ptr<const caller_facts> find(unsigned, std::span<const unsigned> gids) override {
        asked_with.assign(gids.begin(), gids.end());
        return known;
    }
    bool wait_for(unsigned, std::span<const unsigned>, std::function<void()>) override { return false; }
    std::uint64_t version() const noexcept override { return 1; }
    unsigned share_of(unsigned) override { return 4711; }
    std::shared_ptr<const caller_facts> known = std::make_shared<caller_facts>();
    std::vector<unsigned> asked_with{};
};

TEST(Peer, CountsInTheShareOfItsOwnerAndIsNobodyElseForThat) {
    socket_pair pair;
    one_owner directory;
    const peer self(pair.ours.get(), now(), {}, &directory);
    EXPECT_EQ(self.share(), 4711U);
    EXPECT_EQ(self.uid(), ::geteuid());
    EXPECT_EQ(self.facts(), directory.known);
    ASSERT_FALSE(directory.asked_with.empty());
    EXPECT_EQ(directory.asked_with.front(), ::getegid());
}

TEST(Peer, HasAllItsGroupsHoweverManyTheyAre) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can take groups";
    std::vector<gid_t> before(static_cast<std::size_t>(::getgroups(0, nullptr)));
    ASSERT_GE(::getgroups(static_cast<int>(before.size()), before.data()), 0);
    std::vector<gid_t> many;
    for (gid_t gid = 100'000; gid < 110'000; ++gid) many.push_back(gid);
    ASSERT_EQ(::setgroups(many.size(), many.data()), 0);
    socket_pair pair;
    ASSERT_EQ(::setgroups(before.size(), before.data()), 0);
    socket_pair other_pair;
    peer member(pair.ours.get(), now());
    peer other(other_pair.ours.get(), now());
    for (int again = 0; again < 2; ++again) {
        EXPECT_TRUE(member.in_group(109'999));
        EXPECT_FALSE(member.in_group(110'000));
        EXPECT_FALSE(other.in_group(109'999));
    }
}

TEST(Peer, IsUnknownWithoutACredential) {
    unique_fd unconnected(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    peer nobody(unconnected.get(), now());
    EXPECT_EQ(nobody.uid(), std::nullopt);
    EXPECT_FALSE(nobody.in_group(::getegid()));
    EXPECT_EQ(nobody.unit(), std::nullopt);
    EXPECT_TRUE(nobody.may_hide_groups());
}

TEST(Peer, IsInItsPrimaryAndSupplementaryGroups) {
    socket_pair pair;
    peer self(pair.ours.get(), now());
    EXPECT_TRUE(self.in_group(::getegid()));
    std::vector<gid_t> groups(65536);
    int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
    ASSERT_GE(count, 0);
    groups.resize(static_cast<std::size_t>(count));
    for (gid_t group : groups) EXPECT_TRUE(self.in_group(group));
    EXPECT_FALSE(self.in_group(4'000'000'001U));
}

TEST(Peer, IsInMoreGroupsThanFitAtFirst) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can have groups at will";
    pid_t child = ::fork();
    if (child == 0) {
        std::vector<gid_t> many;
        for (gid_t g = 70'000; g < 70'100; ++g) many.push_back(g);
        if (::setgroups(many.size(), many.data()) != 0) ::_exit(2);
        socket_pair pair;
        peer self(pair.ours.get(), now());
        ::_exit(self.in_group(70'099) && !self.in_group(70'100) ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

TEST(Peer, HasTheUnitOfItsProcess) {
    socket_pair pair;
    EXPECT_EQ(peer(pair.ours.get(), now()).unit(), own_unit());
}

TEST(PeerUnit, OfAProcessThatHasEndedIsNotKnown) {
    pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(process_handle::of_pid(child, now()).unit(), std::nullopt);
    EXPECT_FALSE(process_handle::of_pid(child, now()).shares_user_namespace());
}

TEST(PeerUnit, ByPidIsBelievedOnlyIfTheProcessIsOlderThanTheConnection) {
    EXPECT_EQ(process_handle::of_pid(::getpid(), now()).unit(), own_unit());
    EXPECT_EQ(process_handle::of_pid(::getpid(), instant(std::chrono::nanoseconds(1))).unit(), std::nullopt);
}

TEST(PeerUnit, AProcessStartedWhenItsStatSays) {
    std::string stat = "4711 (a ) name) S 1 4711 4711 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 12345 1 2 3";
    EXPECT_EQ(start_time(stat, 100), instant(std::chrono::milliseconds(123'450)));
    EXPECT_EQ(start_time("4711 (name) S 1 2 3", 100), std::nullopt);
    EXPECT_EQ(start_time("", 100), std::nullopt);
}

} // namespace
} // namespace tokenward::local
