// Reports that wait: for a question to the IAM to be answered, to be told, and for the answer to be kept.
#include "daemon/service/refusals.hpp"

#include "tests/support/fake_keeper.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

using namespace tokenward;

namespace {

class Refusals : public ::testing::Test {
  protected:
    refusals::handler noting() {
        return [this](const refusal_outcome& o) { told.push_back(o.kind); };
    }
    void wait(wait_id id, ticket question, std::uint64_t entry = 1, std::optional<problem> over_limit = {}) {
        all.wait(id, {entry, question,
                      [this](const refusal_outcome& o) {
                          told.push_back(o.kind);
                          limits.push_back(o.over_limit.has_value());
                      },
                      std::move(over_limit)});
    }
    void tell() {
        while (all.tell_next()) {
        }
    }

    using kinds = std::vector<report_result>;
    tokenward::testing::fake_keeper keep;
    refusals all{keep};
    kinds told;
    std::vector<bool> limits;
};

} // namespace

TEST_F(Refusals, AnAnswerSettlesAllThatWaitForIt) {
    wait(1, 7);
    wait(2, 7);
    wait(3, 8);
    EXPECT_EQ(all.waiting_for(7), 2U);
    all.settle(7, {.kind = report_result::damped});
    EXPECT_EQ(all.waiting_for(7), 0U);
    EXPECT_TRUE(told.empty()) << "not from within";
    tell();
    EXPECT_EQ(told, kinds(2, report_result::damped));
    EXPECT_EQ(all.waiting_for(8), 1U);
}

TEST_F(Refusals, WhoIsGoneIsNotTold) {
    wait(1, 7);
    wait(2, 7);
    all.cancel(1);
    all.settle(7, {.kind = report_result::damped});
    all.cancel(2);
    tell();
    EXPECT_TRUE(told.empty());
}

TEST_F(Refusals, ALimitIsOnlyToldOfIfTheTokenIsKept) {
    const problem limit{errc::too_many_requests, "wait"};
    wait(1, 7, 1, limit);
    wait(2, 8, 1, limit);
    all.settle(7, {.kind = report_result::damped});
    all.settle(8, {.kind = report_result::already_replaced});
    tell();
    EXPECT_EQ(limits, (std::vector<bool>{true, false}));
}

TEST_F(Refusals, AnEntryThatGoesSettlesItsReportsAndNoOthers) {
    wait(1, 7, 1);
    wait(2, 8, 2);
    all.settle_entry(1);
    tell();
    EXPECT_EQ(told, kinds{report_result::already_replaced});
    EXPECT_EQ(all.waiting_for(8), 1U);
}

TEST_F(Refusals, AnInvalidationIsToldWhenItIsKept) {
    EXPECT_EQ(all.answer(5, {.kind = report_result::invalidated}, noting()), 5U);
    EXPECT_EQ(keep.changes, 1);
    EXPECT_TRUE(told.empty());
    keep.confirm();
    EXPECT_EQ(told, kinds{report_result::invalidated});
}

TEST_F(Refusals, WhoHearsOfAnUnkeptInvalidationWaitsTooUnlessNothingHappened) {
    all.answer(5, {.kind = report_result::invalidated}, noting());
    EXPECT_EQ(all.answer(6, {.kind = report_result::damped}, noting()), 0U);
    EXPECT_EQ(told, kinds{report_result::damped});
    EXPECT_EQ(all.answer(7, {.kind = report_result::already_replaced}, noting()), 7U);
    EXPECT_EQ(keep.changes, 1);
    keep.confirm();
    EXPECT_EQ(told,
              (kinds{report_result::damped, report_result::invalidated, report_result::already_replaced}));
    EXPECT_EQ(all.answer(8, {.kind = report_result::already_replaced}, noting()), 0U);
}

TEST_F(Refusals, OthersStillWaitForAnInvalidationWhoseCallerIsGone) {
    all.answer(5, {.kind = report_result::invalidated}, noting());
    all.cancel(5);
    EXPECT_EQ(all.answer(6, {.kind = report_result::nothing_held}, noting()), 6U);
    keep.confirm();
    EXPECT_EQ(told, kinds{report_result::nothing_held});
}

TEST_F(Refusals, AtTheEndAllAreToldAndNothingIsKeptFirst) {
    wait(1, 7);
    all.answer(5, {.kind = report_result::invalidated}, noting());
    all.stop({.kind = report_result::damped});
    tell();
    all.answer_unkept();
    EXPECT_EQ(told, (kinds{report_result::damped, report_result::invalidated}));
    EXPECT_EQ(all.answer(6, {.kind = report_result::invalidated}, noting()), 0U);
    keep.confirm();
    EXPECT_EQ(told.size(), 3U) << "each once";
}

TEST_F(Refusals, WhatGotLostForWantOfMemoryEnds) {
    wait(1, 7);
    wait(2, 8);
    wait(3, 9);
    all.settle(9, {.kind = report_result::damped});
    all.drop_lost([](ticket question) { return question == 7; });
    tell();
    EXPECT_TRUE(told.empty());
    EXPECT_EQ(all.waiting_for(7), 1U);
    EXPECT_EQ(all.waiting_for(8), 0U);
}

TEST_F(Refusals, AKeeperThatIsLateMeetsNobody) {
    {
        refusals gone(keep);
        gone.answer(5, {.kind = report_result::invalidated}, noting());
    }
    keep.confirm();
    EXPECT_TRUE(told.empty());
}
