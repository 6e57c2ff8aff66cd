// What becomes of words against a token while the IAM is asked about it.
#include "tests/shell/service_fixture.hpp"

using namespace tokenward;
using namespace tokenward::testing;

namespace {

class Questions : public Service {
  protected:
    /// The second refusal in a row: the IAM is asked about `b`, and its answer is held.
    void ask_about_second() {
        warm();
        step(600s);
        report("sha256:a");
        step(0s);
        source->answer("b");
        run();
        source->hold_words = true;
        report("sha256:b");
        ASSERT_EQ(source->validations, 1);
        refusals.clear();
    }
    void end_question(validity verdict) {
        source->verdict = verdict;
        source->end_word();
        run();
    }
    void renew_to(const std::string& name) {
        service.renew(entry(), [](const result<served_token>&) {});
        run();
        source->answer(name);
        run();
    }
};

} // namespace

TEST_F(Questions, ATokenThatDiesAfterFalseReportsGoesWithinFiveSeconds) {
    ask_about_second();
    end_question(validity::alive);
    source->hold_words = false;
    for (int i = 0; i < 300; ++i) {
        step(1s);
        report("sha256:b");
        ASSERT_EQ(refusals.back().kind, report_result::damped);
    }
    EXPECT_LE(source->validations, 1 + 60);
    source->verdict = validity::dead;
    int seconds = 0;
    for (; refusals.back().kind == report_result::damped && seconds < 60; ++seconds) {
        step(1s);
        report("sha256:b");
    }
    EXPECT_LE(seconds, 5);
    EXPECT_EQ(refusals.back().kind, report_result::invalidated);
    EXPECT_FALSE(serveable());
}

TEST_F(Questions, WhoAskedAboutATokenThatIsReplacedMeanwhileIsToldAtOnce) {
    ask_about_second();
    renew_to("c");
    ASSERT_EQ(refusals.size(), 1U);
    EXPECT_EQ(refusals[0].kind, report_result::already_replaced);
    EXPECT_EQ(refusals[0].current, "sha256:c");
    end_question(validity::dead);
    EXPECT_EQ(refusals.size(), 1U);
    EXPECT_TRUE(serveable()) << "that was about another token";
}

TEST_F(Questions, ALateAnswerAboutTheTokenBeforeSettlesNoWordAboutTheNext) {
    ask_about_second();
    renew_to("c");
    refusals.clear();
    report("sha256:c");
    EXPECT_EQ(source->validations, 2);
    end_question(validity::alive); // about b
    EXPECT_TRUE(refusals.empty());
    end_question(validity::dead); // about c
    ASSERT_EQ(refusals.size(), 1U);
    EXPECT_EQ(refusals[0].kind, report_result::invalidated);
}

// Under valgrind and the sanitizers, this finds whether the late answer looks for the entry.
TEST_F(Questions, ALateAnswerAfterItsEntryIsGoneMeetsNobody) {
    ask_about_second();
    renew_to("c");
    service.configure(config{});
    run();
    end_question(validity::dead);
    EXPECT_FALSE(in_use("eu-de"));
}

TEST_F(Questions, AReloadThatDropsTheScopeAnswersWhoWaits) {
    ask_about_second();
    service.configure(config{});
    run();
    ASSERT_EQ(refusals.size(), 1U);
    EXPECT_EQ(refusals[0].kind, report_result::already_replaced);
    end_question(validity::dead);
    EXPECT_EQ(refusals.size(), 1U);
}

TEST_F(Questions, AStopAnswersWhoWaitsAndALateAnswerChangesNothing) {
    ask_about_second();
    report("sha256:b"); // joins
    EXPECT_EQ(source->validations, 1);
    service.stop();
    run();
    EXPECT_EQ(refusals.size(), 2U);
    for (const refusal_outcome& each : refusals) EXPECT_EQ(each.kind, report_result::damped);
    source->hold_words = false;
}
