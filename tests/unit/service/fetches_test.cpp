// What is under way towards the IAM, and how it ends.
#include "daemon/service/fetches.hpp"

#include "tests/shell/fakes.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

using namespace tokenward;
using namespace tokenward::testing;

namespace {

/// A source that fails in a way that it should not.
struct throwing_source final : token_source {
    boost::asio::awaitable<fetch_result> fetch(scope, duration) override {
        throw std::runtime_error("lost");
        co_return fetch_result{};
    }
    boost::asio::awaitable<validation> validate(credential_ptr) override {
        throw std::runtime_error("lost");
        co_return validation{};
    }
    boost::asio::awaitable<result<void>> give_passcode(std::shared_ptr<const secret>) override {
        throw std::runtime_error("lost");
        co_return result<void>();
    }
    bool secret_changed() override { return false; }
};

class Fetches : public ::testing::Test {
  protected:
    void run() {
        io.restart();
        while (io.poll() != 0) {
        }
    }
    void fetch(ticket id, std::shared_ptr<token_source> from, work_shares::share counted = {}) {
        all->fetch(id, std::move(from), {}, 0s, std::move(counted), [this](fetch_result r, bool unwanted) {
            const auto* failure = std::get_if<fetch_failure>(&r.outcome);
            ended.push_back(failure != nullptr ? failure->error.detail : "token");
            was_unwanted = unwanted;
        });
    }

    boost::asio::io_context io{1};
    fake_clock time;
    std::shared_ptr<fake_source> source = std::make_shared<fake_source>(io.get_executor(), time);
    work_shares shares;
    std::optional<fetches> all{std::in_place, io.get_executor()};
    std::vector<std::string> ended;
    bool was_unwanted = false;
};

} // namespace

TEST_F(Fetches, AFetchIsUnderWayUntilItsResultIsTold) {
    fetch(1, source);
    EXPECT_TRUE(all->is_fetching(1));
    run();
    source->answer("a");
    EXPECT_TRUE(all->is_fetching(1));
    run();
    EXPECT_FALSE(all->is_fetching(1));
    EXPECT_EQ(ended, std::vector<std::string>{"token"});
    EXPECT_FALSE(was_unwanted);
}

TEST_F(Fetches, ItsShareIsGivenBackBeforeItsResultIsTold) {
    const requester one{.uid = 1000};
    std::vector<work_shares::share> others;
    for (std::uint64_t entry = 2; entry <= work_shares::most; ++entry)
        others.push_back(shares.take(one, entry));
    bool has_room = false;
    all->fetch(1, source, {}, 0s, shares.take(one, 1),
               [&](const fetch_result&, bool) { has_room = shares.has_room(one, 999); });
    run();
    EXPECT_FALSE(shares.has_room(one, 999));
    source->answer("a");
    run();
    EXPECT_TRUE(has_room);
}

TEST_F(Fetches, OneThatIsCancelledEndsAndSaysSo) {
    fetch(1, source);
    run();
    all->cancel(1);
    run();
    EXPECT_EQ(source->cancelled, 1);
    EXPECT_EQ(ended.size(), 1U);
    EXPECT_TRUE(was_unwanted);
    all->cancel(1); // is nothing any more
}

TEST_F(Fetches, OneThatIsCancelledBeforeItHasBegunAsksNobody) {
    fetch(1, source);
    all->cancel(1);
    run();
    EXPECT_EQ(source->fetches, 0);
    EXPECT_EQ(ended, std::vector<std::string>{"cancelled"});
}

TEST_F(Fetches, AnExceptionIsAFailure) {
    auto broken = std::make_shared<throwing_source>();
    std::vector<validity> verdicts;
    std::vector<errc> passcodes;
    fetch(1, broken);
    all->validate(2, broken, nullptr, [&](validation v) { verdicts.push_back(v.verdict); });
    all->give_passcode(3, broken, std::make_shared<const secret>("1"),
                       [&](const result<void>& said) { passcodes.push_back(said.error().code); });
    run();
    EXPECT_EQ(ended, std::vector<std::string>{"the login failed inside tokenward: lost"});
    EXPECT_EQ(verdicts, std::vector<validity>{validity::unknown});
    EXPECT_EQ(passcodes, std::vector<errc>{errc::internal});
}

TEST_F(Fetches, AllEndTogether) {
    source->hold_words = true;
    int told = 0;
    fetch(1, source);
    all->validate(2, source, nullptr, [&](validation) { ++told; });
    all->give_passcode(3, source, std::make_shared<const secret>("1"), [&](const result<void>&) { ++told; });
    run();
    EXPECT_TRUE(all->is_validating(2));
    all->cancel_all();
    run();
    EXPECT_EQ(told, 2);
    EXPECT_EQ(ended.size(), 1U);
    EXPECT_FALSE(all->is_validating(2));
}

TEST_F(Fetches, WhatEndsAfterThemIsNotTold) {
    const requester one{.uid = 1000};
    fetch(1, source, shares.take(one, 1));
    run();
    all.reset();
    source->answer("a");
    run();
    EXPECT_TRUE(ended.empty());
}
