// The lockout guard at work: what stands in its file, and what its other thread does.
#include "daemon/iam/login_guard.hpp"
#include "daemon/kept/guard_file.hpp"
#include "tests/support/temp_dir.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace tokenward::iam {
namespace {

namespace asio = boost::asio;

class LoginGuard : public testing::Test {
  protected:
    /// What a daemon would find that starts now.
    std::string in_the_file() const { return format_guard_memory(file.load({})); }

    asio::io_context io{1};
    const kernel_clock clock{};
    const login_user who{.origin = "https://iam.example", .user = "ci"};

    const support::temp_dir state;
    const guard_file file{state / "state"};
};

TEST_F(LoginGuard, WhatIsWrittenStandsInTheFile) {
    login_guard guard(io.get_executor(), clock, file);
    bool seen = false;
    const secret_digest digest{1};
    auto log_in = [&]() -> asio::awaitable<void> {
        const turn_queue::turn mine = co_await guard.take_turn(who);
        guard.rules().sending(who, digest, clock.now().boot);
        guard.save();
        co_await guard.written();
        EXPECT_EQ(in_the_file(), format_guard_memory(guard.memory())) << "before anything is sent";
        EXPECT_EQ(guard.memory().users.size(), 1U);
        guard.rules().end(who, digest, login_end::refused, clock.now().boot);
        guard.save();
        co_await guard.written();
        EXPECT_EQ(in_the_file(), format_guard_memory(guard.memory()));
        seen = true;
    };
    asio::co_spawn(io, log_in(), asio::detached);
    io.run();
    EXPECT_TRUE(seen);
}

TEST_F(LoginGuard, WhatHasNotChangedIsNotWritten) {
    login_guard guard(io.get_executor(), clock, file);
    int changes = 0;
    guard.on_change([&] { ++changes; });
    guard.rules().sending(who, secret_digest{1}, clock.now().boot);
    for (int i = 0; i < 3; ++i) guard.save();
    EXPECT_EQ(changes, 1) << "though the time goes on";
}

TEST_F(LoginGuard, AUsersTurnIsOneLoginsAtATime) {
    login_guard guard(io.get_executor(), clock, file);
    int under_way = 0;
    int most = 0;
    auto log_in = [&]() -> asio::awaitable<void> {
        const turn_queue::turn mine = co_await guard.take_turn(who);
        most = std::max(most, ++under_way);
        co_await asio::post(io, asio::use_awaitable);
        --under_way;
    };
    for (int i = 0; i < 5; ++i) asio::co_spawn(io, log_in(), asio::detached);
    io.run();
    EXPECT_EQ(most, 1);
}

TEST_F(LoginGuard, WhatIsNotedLastIsWrittenAtTheEnd) {
    std::string noted;
    {
        login_guard guard(io.get_executor(), clock, file);
        for (std::int64_t step = 0; step < 5; ++step) {
            guard.rules().spend(who, step);
            guard.save();
        }
        noted = format_guard_memory(guard.memory());
    }
    EXPECT_EQ(in_the_file(), noted);
}

TEST_F(LoginGuard, AFileThatCanNotBeWrittenHoldsNobodyUp) {
    std::ofstream(state / "state") << "a file where the folder should be";
    login_guard guard(io.get_executor(), clock, file);
    guard.rules().spend(who, 7);
    guard.save();
    bool through = false;
    asio::co_spawn(io, guard.written(), [&](std::exception_ptr failed) { through = failed == nullptr; });
    io.run();
    EXPECT_TRUE(through);
    EXPECT_EQ(guard.rules().spent_step(who), 7);
}

TEST_F(LoginGuard, TheFileIsWrittenWhileManyDigestsAreMade) {
    constexpr int many = 10;
    login_guard guard(io.get_executor(), clock, file);
    auto of = std::make_shared<const secret>("any");
    int made = 0;
    for (int i = 0; i < many; ++i)
        asio::co_spawn(io, guard.digest(of), [&](std::exception_ptr, secret_digest) { ++made; });
    int made_before = many;
    auto spend = [&]() -> asio::awaitable<void> {
        guard.rules().spend(who, 7);
        guard.save();
        co_await guard.written();
        made_before = made;
    };
    asio::co_spawn(io, spend(), asio::detached);
    io.run();
    EXPECT_EQ(made, many);
    EXPECT_LT(made_before, many) << "no login waits for the digests of others";
}

// As when a reload, or a refused token, ends a login whose digest is there, but is yet to be handed over, as
// it is while those of others are made. The metronome's beat is the time that one takes.
TEST_F(LoginGuard, OutlivesTheEndOfALoginWhoseDigestIsAboutToCome) {
    login_guard guard(io.get_executor(), clock, file);
    const guard_file other_file(state / "other");
    login_guard metronome(io.get_executor(), clock, other_file);
    auto of = std::make_shared<const secret>("any");
    std::map<std::size_t, asio::cancellation_signal> under_way;
    std::size_t begun = 0, ended = 0, beats = 0;
    auto begin = [&] {
        const std::size_t id = begun++;
        auto end = [&, id](std::exception_ptr, secret_digest) {
            ++ended;
            under_way.erase(id);
        };
        asio::co_spawn(io, guard.digest(of), asio::bind_cancellation_slot(under_way[id].slot(), end));
    };
    std::function<void()> wait_a_beat = [&] {
        auto beat = [&](std::exception_ptr, secret_digest) {
            begin();
            if (auto made = under_way.find(beats - 1); made != under_way.end())
                made->second.emit(asio::cancellation_type::terminal);
            if (++beats < 16) wait_a_beat();
        };
        asio::co_spawn(io, metronome.digest(of), beat);
    };
    for (int i = 0; i < 8; ++i) begin();
    wait_a_beat();
    io.run();
    EXPECT_EQ(ended, begun);
}

} // namespace
} // namespace tokenward::iam
