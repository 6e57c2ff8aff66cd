// Who waits, and in which order they are told.
#include "daemon/core/waiting_callers.hpp"

#include "tests/unit/core/make_token.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

using namespace tokenward;
using namespace tokenward::testing;
using namespace std::chrono_literals;

namespace {

class WaitingCallers : public ::testing::Test {
  protected:
    void add(wait_id id, waits_for what, std::uint64_t entry = 1, duration patience = 10s) {
        waiter w{.entry = entry, .done = [this, id](const result<token_ptr>&) { told.push_back(id); }};
        if (what == waits_for::change) w.watches_until = t0 + 300s;
        callers.add(id, what, t0 + patience, std::move(w));
    }
    std::vector<wait_id> tell(waiting_callers::crowd crowd) {
        while (auto one = crowd.next()) one->done(token_ptr());
        return told;
    }
    std::vector<wait_id> ids(std::uint64_t entry, waits_for what) const {
        std::vector<wait_id> found;
        for (const auto& place : callers.of(entry, what)) found.push_back(place.id);
        return found;
    }

    using those = std::vector<wait_id>;
    std::vector<wait_id> told;
    waiting_callers callers;
};

} // namespace

TEST_F(WaitingCallers, AreToldInTheOrderOfTheirComing) {
    for (wait_id id : {3U, 1U, 2U}) add(id, waits_for::fetch, 1, std::chrono::seconds(id));
    add(4, waits_for::change);
    add(5, waits_for::fetch, 2);
    EXPECT_EQ(callers.count(waits_for::fetch), 4U);
    EXPECT_EQ(tell(callers.take_all(1, waits_for::fetch)), (those{3, 1, 2}));
    EXPECT_EQ(callers.count(waits_for::fetch), 1U);
    EXPECT_EQ(callers.find(1), nullptr);
    EXPECT_NE(callers.find(4), nullptr) << "waits for something else";
    EXPECT_NE(callers.find(5), nullptr) << "waits for another token";
}

TEST_F(WaitingCallers, WhoComesWhileOthersAreToldIsNotOfThem) {
    add(1, waits_for::change);
    add(2, waits_for::change);
    auto crowd = callers.take_all(1, waits_for::change);
    ASSERT_TRUE(crowd.next());
    add(3, waits_for::change);
    EXPECT_EQ(tell(std::move(crowd)), those{2});
    EXPECT_EQ(ids(1, waits_for::change), those{3});
}

TEST_F(WaitingCallers, WhoGoesBeforeItsTurnIsNotTold) {
    for (wait_id id : {1U, 2U, 3U}) add(id, waits_for::change);
    auto crowd = callers.take_all(1, waits_for::change);
    ASSERT_TRUE(crowd.next());
    callers.remove(2);
    EXPECT_EQ(tell(std::move(crowd)), those{3});
    EXPECT_EQ(callers.count(waits_for::change), 0U);
}

TEST_F(WaitingCallers, TheMostImpatientIsKnownWhateverHappens) {
    EXPECT_EQ(callers.most_impatient(), nullptr);
    add(1, waits_for::fetch, 1, 30s);
    add(2, waits_for::change, 1, 20s);
    add(3, waits_for::fetch, 2, 10s);
    EXPECT_EQ(callers.most_impatient()->id, 3U);
    callers.remove(3);
    EXPECT_EQ(callers.most_impatient()->id, 2U);
    callers.set_until(2, t0 + 40s);
    EXPECT_EQ(callers.most_impatient()->id, 1U);
    tell(callers.take_all(1, waits_for::fetch));
    EXPECT_EQ(callers.most_impatient()->id, 2U);
}

TEST_F(WaitingCallers, WatchersWhoseTokenIsGoneStandBehindThoseWhoWaitForItsSuccessor) {
    add(1, waits_for::change);
    add(2, waits_for::fetch);
    add(3, waits_for::change);
    std::size_t moved = 0;
    callers.let_watchers_wait(1, [&](const waiter&) { ++moved; });
    EXPECT_EQ(moved, 2U);
    EXPECT_EQ(ids(1, waits_for::fetch), (those{2, 1, 3}));
    EXPECT_EQ(callers.count(waits_for::change), 0U);
    EXPECT_EQ(callers.find(3)->until, t0 + 300s);
    EXPECT_FALSE(callers.any_entry(waits_for::change));
    EXPECT_EQ(callers.any_entry(waits_for::fetch), 1U);
}
