// On-demand scopes: how much one caller can have the IAM asked for, and what nobody waits for any more.
#include "tests/shell/service_fixture.hpp"

using namespace tokenward;
using namespace tokenward::testing;

namespace {

using Shares = Service;

} // namespace

TEST_F(Shares, OneUserHasSoManyOnDemandScopesFetchedAtATimeAndTheOthersTheirs) {
    warm();
    for (int i = 0; i < 40; ++i) get_on_demand("project:mine" + std::to_string(i), {.uid = 1000});
    run();
    EXPECT_EQ(source->waiting(), work_shares::most);
    EXPECT_EQ(answers, strings(40 - work_shares::most, "too_many_requests"));
    answers.clear();
    get_on_demand("project:mine0", {.uid = 1000}); // is fetched already
    get_on_demand("project:theirs", {.uid = 1001});
    get({}, "eu-de");
    run();
    EXPECT_EQ(source->waiting(), work_shares::most + 1);
    EXPECT_EQ(answers, strings{"sha256:a"});
    source->answer("mine0");
    run();
    get_on_demand("project:more", {.uid = 1000});
    run();
    EXPECT_EQ(source->waiting(), work_shares::most + 1) << "one ended, one began";
}

TEST_F(Shares, WhoHangsUpDoesNotGetAnotherShare) {
    warm();
    for (int i = 0; i < 40; ++i)
        service.cancel(get_on_demand("project:mine" + std::to_string(i), {.uid = 1000}));
    run();
    EXPECT_EQ(source->waiting(), work_shares::most) << "what the IAM is asked already is its own";
    while (source->waiting() != 0) source->fail();
    run();
    get_on_demand("project:late", {.uid = 1000});
    run();
    EXPECT_EQ(source->waiting(), 1U);
}

TEST_F(Shares, ARetryThatNobodyWaitsForAnyMoreDoesNotCome) {
    warm();
    wait_id first = get_on_demand("project:x", {.uid = 1000});
    run();
    source->fail();
    run();
    ASSERT_EQ(answers, strings{"iam_unavailable"});
    wait_id second = get_on_demand("project:x", {.uid = 1000});
    ASSERT_NE(second, first);
    service.cancel(second);
    step(60s);
    EXPECT_EQ(source->fetches, 3);
    get_on_demand("project:x", {.uid = 1000});
    run();
    EXPECT_EQ(source->fetches, 4);
}

TEST_F(Shares, WithRoomForOneScopeEachMakesRoomForTheNext) {
    config c = two_scopes();
    c.identities[0].scopes.clear();
    c.identities[0].max_scopes = 1;
    service.configure(c);
    while (source->waiting() != 0) source->answer("of before");
    run();
    for (const char* scope : {"project:a", "project:b", "project:a"}) {
        get_on_demand(scope, {.uid = 1000});
        run();
        ASSERT_EQ(source->waiting(), 1U) << scope;
        source->answer(scope);
        run();
        EXPECT_EQ(answers.back(), std::string("sha256:") + scope);
        EXPECT_EQ(service.status("ci").size(), 1U);
    }
    get_on_demand("project:c", {.uid = 1000});
    get_on_demand("project:d", {.uid = 1000});
    EXPECT_EQ(answers.back(), "too_many_requests") << "the one that there is room for is being fetched";
}
