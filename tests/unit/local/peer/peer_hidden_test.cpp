// What a process may hide from the other end of a socket: with real processes and real user namespaces.
#include "daemon/local/peer/peer.hpp"

#include "common/unique_fd.hpp"
#include "daemon/base/clock.hpp"
#include "daemon/core/access_subject.hpp"

#include <gtest/gtest.h>

#include <grp.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <fstream>
#include <functional>
#include <string>

namespace tokenward::local {
namespace {

instant now_is() {
    return kernel_clock{}.now().boot;
}

/// A listening socket that has no path, and who connects to it.
class Hidden : public ::testing::Test {
  protected:
    Hidden() {
        x_listener = unique_fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un any{};
        any.sun_family = AF_UNIX;
        EXPECT_EQ(::bind(x_listener.get(), reinterpret_cast<sockaddr*>(&any), sizeof any.sun_family), 0);
        x_address_size = sizeof x_address;
        EXPECT_EQ(::getsockname(x_listener.get(), reinterpret_cast<sockaddr*>(&x_address), &x_address_size),
                  0);
        EXPECT_EQ(::listen(x_listener.get(), 4), 0);
    }
    ~Hidden() override { end(); }

    /// Starts a process that runs `prepare`, connects and waits to be ended. `prepare` returns 0, or what it
    /// can't do here. It may call pause_for_parent(), for `meanwhile` to be called here in between.
    int connect_as(const std::function<int()>& prepare, const std::function<void(pid_t)>& meanwhile = {}) {
        int up[2];
        int down[2];
        EXPECT_EQ(::pipe2(up, O_CLOEXEC), 0);
        EXPECT_EQ(::pipe2(down, O_CLOEXEC), 0);
        x_child = ::fork();
        if (x_child == 0) {
            s_up = up[1];
            s_down = down[0];
            ::close(down[1]);
            int failure = prepare();
            const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
            if (failure == 0 && ::connect(fd, reinterpret_cast<sockaddr*>(&x_address), x_address_size) != 0)
                failure = errno;
            const char said = static_cast<char>(failure);
            if (::write(up[1], &said, 1) != 1) ::_exit(1);
            char end = 0;
            if (::read(down[0], &end, 1) < 0) ::_exit(1);
            ::_exit(0);
        }
        ::close(up[1]);
        ::close(down[0]);
        x_end = unique_fd(down[1]);
        const unique_fd from(up[0]);
        char said = 1;
        if (meanwhile) {
            EXPECT_EQ(::read(from.get(), &said, 1), 1);
            if (said == 'p') {
                meanwhile(x_child);
                EXPECT_EQ(::write(x_end.get(), "g", 1), 1);
            } else {
                return said;
            }
        }
        EXPECT_EQ(::read(from.get(), &said, 1), 1);
        if (said == 0) x_accepted = unique_fd(::accept4(x_listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
        return said;
    }
    static void pause_for_parent() {
        char go = 0;
        if (::write(s_up, "p", 1) != 1 || ::read(s_down, &go, 1) != 1) ::_exit(1);
    }
    void end() {
        x_end.reset();
        if (x_child > 0) ::waitpid(x_child, nullptr, 0);
        x_child = 0;
    }
    peer caller_at_the_other_end() const { return peer(x_accepted.get(), now_is()); }

  private:
    static inline int s_up = -1;
    static inline int s_down = -1;
    unique_fd x_listener;
    sockaddr_un x_address{};
    socklen_t x_address_size = 0;
    pid_t x_child = 0;
    unique_fd x_end;
    unique_fd x_accepted;
};

int become(uid_t uid, const std::vector<gid_t>& groups) {
    return ::setgroups(groups.size(), groups.data()) == 0 && ::setresgid(100, 100, 100) == 0 &&
                   ::setresuid(uid, uid, uid) == 0
               ? 0
               : errno;
}

// As newuidmap and newgidmap do for who has subordinate numbers.
void map(pid_t child, const std::string& uids, const std::string& gids) {
    const std::string folder = "/proc/" + std::to_string(child);
    std::ofstream(folder + "/uid_map") << uids << std::flush;
    std::ofstream(folder + "/gid_map") << gids << std::flush;
}

#define NEEDS_ROOT()                                                                                         \
    if (::geteuid() != 0) GTEST_SKIP() << "only root can be several users"
#define NEEDS_NAMESPACES(said)                                                                               \
    if ((said) == EPERM || (said) == ENOSPC) GTEST_SKIP() << "user namespaces are not permitted here"

const access_rule deny_44{.who = access_rule::subject::group, .name = "g", .id = 44};

TEST_F(Hidden, APlainProcessHidesNothing) {
    NEEDS_ROOT();
    ASSERT_EQ(connect_as([] { return become(4711, {44, 45}); }), 0);
    const peer who = caller_at_the_other_end();
    EXPECT_EQ(who.uid(), 4711U);
    EXPECT_TRUE(who.in_group(44));
    EXPECT_FALSE(who.may_hide_groups());
    EXPECT_TRUE(who.unit().has_value());
}

TEST_F(Hidden, GroupsDroppedInAUserNamespaceMayBeThere) {
    NEEDS_ROOT();
    const int said = connect_as(
        [] {
            if (const int failure = become(4711, {44, 45}); failure != 0) return failure;
            if (::unshare(CLONE_NEWUSER) != 0) return errno;
            pause_for_parent();
            return ::setgroups(0, nullptr) == 0 ? 0 : 77;
        },
        [](pid_t child) { map(child, "0 4711 1\n", "0 100 1\n"); });
    NEEDS_NAMESPACES(said);
    ASSERT_EQ(said, 0);
    const peer who = caller_at_the_other_end();
    EXPECT_EQ(who.uid(), 4711U) << "what the kernel tells is proof";
    EXPECT_FALSE(who.in_group(44)) << "they are gone";
    EXPECT_TRUE(who.may_hide_groups());
    EXPECT_EQ(judge_subject(deny_44, who).is, answer::unknown);
    EXPECT_TRUE(is_proven({.who = access_rule::subject::user, .name = "u", .id = 4711}, who));
}

TEST_F(Hidden, GroupsAreHiddenToInANamespaceWithoutAMap) {
    NEEDS_ROOT();
    const int said = connect_as([] {
        if (const int failure = become(4711, {}); failure != 0) return failure;
        return ::unshare(CLONE_NEWUSER) == 0 ? 0 : errno;
    });
    NEEDS_NAMESPACES(said);
    ASSERT_EQ(said, 0);
    EXPECT_EQ(caller_at_the_other_end().uid(), 4711U) << "services with PrivateUsers= are not locked out";
    EXPECT_TRUE(caller_at_the_other_end().may_hide_groups());
}

TEST_F(Hidden, ASubordinateUidIsSeenAsItIsAndKeepsItsGroups) {
    NEEDS_ROOT();
    const int said = connect_as(
        [] {
            if (const int failure = become(4711, {44}); failure != 0) return failure;
            if (::unshare(CLONE_NEWUSER) != 0) return errno;
            pause_for_parent();
            return ::setresuid(5, 5, 5) == 0 ? 0 : 77;
        },
        [](pid_t child) { map(child, "0 4711 1\n1 200000 10\n", "0 100 1\n"); });
    NEEDS_NAMESPACES(said);
    ASSERT_EQ(said, 0);
    EXPECT_EQ(caller_at_the_other_end().uid(), 200'004U);
    EXPECT_TRUE(caller_at_the_other_end().in_group(44));
}

TEST_F(Hidden, OfAProcessThatHandedItsConnectionOnAndEndedNothingIsKnownButItsNumbers) {
    NEEDS_ROOT();
    ASSERT_EQ(connect_as([] { return become(4711, {44}); }), 0);
    end(); // the connection is accepted: it could be anybody's by now
    const peer who = caller_at_the_other_end();
    EXPECT_EQ(who.uid(), 4711U);
    EXPECT_TRUE(who.in_group(44));
    EXPECT_EQ(who.unit(), std::nullopt);
    EXPECT_TRUE(who.may_hide_groups());
    const access_rule unit{.who = access_rule::subject::unit, .name = "a.service"};
    EXPECT_EQ(judge_subject(unit, who).is, answer::unknown);
    EXPECT_EQ(judge_subject(unit, who).why, doubt::unit_unreadable);
}

TEST_F(Hidden, AnOverflowGidIsNoGroupAndMayBeAny) {
    NEEDS_ROOT();
    ASSERT_EQ(connect_as([] { return become(4711, {65534}); }), 0);
    EXPECT_FALSE(caller_at_the_other_end().in_group(65534));
    EXPECT_TRUE(caller_at_the_other_end().may_hide_groups());
}

TEST_F(Hidden, AnOverflowUidIsNobody) {
    NEEDS_ROOT();
    ASSERT_EQ(connect_as([] { return become(65534, {}); }), 0);
    EXPECT_EQ(caller_at_the_other_end().uid(), std::nullopt);
}

} // namespace
} // namespace tokenward::local
