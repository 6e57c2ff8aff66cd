// Who waits, who is told what, and in which order.
#include "daemon/core/callers.hpp"

#include "tests/unit/core/make_token.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

using namespace tokenward;
using namespace tokenward::testing;
using namespace std::chrono_literals;

namespace {

class Callers : public ::testing::Test {
  protected:
    void add(wait_id id, waits_for what, std::uint64_t entry = 1, duration patience = 10s,
             requester by = {}) {
        waiting_caller w{.entry = entry,
                         .done = [this, id](const result<served_token>&) { told.push_back(id); },
                         .by = by};
        if (what == waits_for::change) w.watches_until = t0 + 300s;
        all.add(id, what, t0 + patience, std::move(w));
    }
    void answer(std::uint64_t entry, waits_for what) {
        all.answer(entry, what, [](const waiting_caller&) { return result<served_token>(served_token()); });
    }
    bool tell_one() {
        auto next = all.next_answer();
        if (next) next->done(std::move(next->answer));
        return next.has_value();
    }
    std::vector<wait_id> tell() {
        while (tell_one()) {
        }
        return told;
    }
    std::vector<wait_id> ids(std::uint64_t entry, waits_for what) const {
        std::vector<wait_id> found;
        for (const auto& each : all.of(entry, what)) found.push_back(each.id);
        return found;
    }

    using those = std::vector<wait_id>;
    std::vector<wait_id> told;
    callers all;
};

} // namespace

TEST_F(Callers, AreToldInTheOrderOfTheirComing) {
    for (wait_id id : {3U, 1U, 2U}) add(id, waits_for::fetch, 1, std::chrono::seconds(id));
    add(4, waits_for::change);
    add(5, waits_for::fetch, 2);
    EXPECT_EQ(all.count(waits_for::fetch), 4U);
    answer(1, waits_for::fetch);
    EXPECT_EQ(tell(), (those{3, 1, 2}));
    EXPECT_EQ(all.count(waits_for::fetch), 1U);
    EXPECT_EQ(all.find(1), nullptr);
    EXPECT_NE(all.find(4), nullptr) << "waits for something else";
    EXPECT_NE(all.find(5), nullptr) << "waits for another token";
}

TEST_F(Callers, WhoComesWhileOthersAreToldIsNotOfThem) {
    add(1, waits_for::change);
    add(2, waits_for::change);
    answer(1, waits_for::change);
    ASSERT_TRUE(tell_one());
    add(3, waits_for::change);
    EXPECT_EQ(tell(), (those{1, 2}));
    EXPECT_EQ(ids(1, waits_for::change), those{3});
}

TEST_F(Callers, WhoGoesBeforeItsTurnIsNotTold) {
    for (wait_id id : {1U, 2U, 3U}) add(id, waits_for::change);
    answer(1, waits_for::change);
    ASSERT_TRUE(tell_one());
    all.remove(2);
    EXPECT_EQ(tell(), (those{1, 3}));
    EXPECT_EQ(all.count(waits_for::change), 0U);
}

TEST_F(Callers, AreToldWhatIsTrueWhenTheirTurnComes) {
    std::vector<std::string> answers;
    for (wait_id id : {1U, 2U})
        all.add(id, waits_for::fetch, t0 + 10s, {.entry = 1, .done = [&](const result<served_token>& r) {
                                                     answers.push_back(r.error().detail);
                                                 }});
    std::string truth = "first";
    all.answer(1, waits_for::fetch, [&](const waiting_caller&) -> result<served_token> {
        return problem{errc::iam_unavailable, truth};
    });
    ASSERT_TRUE(tell_one());
    truth = "second";
    tell();
    EXPECT_EQ(answers, (std::vector<std::string>{"first", "second"}));
}

TEST_F(Callers, BothQueuesOfAnEntryAreToldOfItsEnd) {
    add(1, waits_for::change);
    add(2, waits_for::fetch);
    add(3, waits_for::fetch, 2);
    all.answer_all(1, {errc::unknown_scope, "gone"});
    EXPECT_EQ(tell(), (those{2, 1}));
}

TEST_F(Callers, TheMostImpatientIsKnownWhateverHappens) {
    EXPECT_EQ(all.first_to_time_out(), nullptr);
    add(1, waits_for::fetch, 1, 30s);
    add(2, waits_for::change, 1, 20s);
    add(3, waits_for::fetch, 2, 10s);
    EXPECT_EQ(all.first_to_time_out()->id, 3U);
    all.remove(3);
    EXPECT_EQ(all.first_to_time_out()->id, 2U);
    all.set_until(2, t0 + 40s);
    EXPECT_EQ(all.first_to_time_out()->id, 1U);
    answer(1, waits_for::fetch);
    EXPECT_EQ(all.first_to_time_out()->id, 2U) << "the other's answer is decided";
    all.answer_one(2, [](const waiting_caller&) { return result<served_token>(served_token()); });
    EXPECT_EQ(all.first_to_time_out(), nullptr);
    EXPECT_FALSE(all.any_entry(waits_for::change));
    EXPECT_EQ(tell(), (those{1, 2}));
}

TEST_F(Callers, WatchersWhoseTokenIsGoneStandBehindThoseWhoWaitForItsSuccessor) {
    const requester somebody{.uid = 1000};
    add(1, waits_for::change, 1, 10s, somebody);
    add(2, waits_for::fetch);
    add(3, waits_for::change);
    for (std::uint64_t entry = 101; entry < 100 + work_shares::most; ++entry)
        add(entry, waits_for::fetch, entry, 10s, somebody);
    EXPECT_TRUE(all.shares().has_room(somebody, 999)) << "to watch is no work";
    all.watchers_await_fetch(1);
    EXPECT_FALSE(all.shares().has_room(somebody, 999));
    EXPECT_EQ(ids(1, waits_for::fetch), (those{2, 1, 3}));
    EXPECT_EQ(all.count(waits_for::change), 0U);
    EXPECT_EQ(all.find(3)->until, t0 + 300s);
    EXPECT_FALSE(all.any_entry(waits_for::change));
}

TEST_F(Callers, AShareIsGivenBackBeforeItsCallerIsTold) {
    const requester somebody{.uid = 1000};
    for (std::uint64_t entry = 1; entry <= work_shares::most; ++entry)
        add(entry, waits_for::fetch, entry, 10s, somebody);
    EXPECT_FALSE(all.shares().has_room(somebody, 999));
    answer(1, waits_for::fetch);
    auto next = all.next_answer();
    EXPECT_TRUE(all.shares().has_room(somebody, 999));
}

TEST_F(Callers, OnlyAWatcherOutlivesAFailureAndOnlyUntilItsTime) {
    add(1, waits_for::fetch);
    add(2, waits_for::change);
    all.watchers_await_fetch(1);
    EXPECT_EQ(all.to_be_told_of_failure(1, t0 + 300s), those{1});
    EXPECT_EQ(all.to_be_told_of_failure(1, t0 + 301s), (those{1, 2}));
}

TEST_F(Callers, AFetchIsMadeForTheFirstAndIsToSufficeForAll) {
    EXPECT_FALSE(all.first_of(1).uid);
    for (wait_id id : {1U, 2U})
        all.add(
            id, waits_for::fetch, t0 + std::chrono::seconds(10 * id),
            {.entry = 1, .wanted = {.min_ttl = 300s / id}, .by = {.uid = 1000 + static_cast<unsigned>(id)}});
    EXPECT_EQ(all.first_of(1).uid, 1001U);
    EXPECT_EQ(all.most_wanted(1, t0).min_ttl, 300s);
    EXPECT_EQ(all.most_wanted(1, t0).max_wait, 20s);
}
