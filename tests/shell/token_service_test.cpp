// The service at stepped time: who waits, who is woken with what, and what a reload keeps.
#include "tests/shell/service_fixture.hpp"

using namespace tokenward;
using namespace tokenward::testing;

TEST_F(Service, ConfiguredScopesAreFetchedAtTheStart) {
    EXPECT_EQ(source->fetches, 2);
    warm();
    EXPECT_TRUE(serveable());
}

TEST_F(Service, FiveHundredColdCallersShareOneFetchAndItsToken) {
    for (int i = 0; i < 500; ++i) get();
    EXPECT_EQ(source->fetches, 2);
    source->answer("a");
    run();
    EXPECT_EQ(answers, strings(500, "sha256:a"));
}

TEST_F(Service, FiveHundredColdCallersShareOneFailure) {
    for (int i = 0; i < 500; ++i) get();
    source->fail();
    run();
    EXPECT_EQ(answers, strings(500, "iam_unavailable"));
    EXPECT_EQ(source->fetches, 2);
}

TEST_F(Service, TheFirstCallerHangsUpAndTheOthersGetTheirToken) {
    wait_id first = get();
    get();
    service.cancel(first);
    source->answer("a");
    run();
    EXPECT_EQ(answers, strings{"sha256:a"});
}

TEST_F(Service, ACallersPatienceEndsAndTheFetchGoesOn) {
    get({.max_wait = 3s});
    step(3s);
    EXPECT_EQ(answers, strings{"timeout"});
    warm();
    EXPECT_TRUE(serveable());
}

// The back-off is slept in the shell too: a tick every 100 ms makes no hot loop of it.

TEST_F(Service, ACallerDuringReauthenticationWaitsForTheNewToken) {
    warm();
    report("sha256:a");
    step(0s);
    for (int i = 0; i < 10; ++i) get();
    EXPECT_TRUE(answers.empty()) << "neither the refused token nor none";
    source->answer("b");
    run();
    EXPECT_EQ(answers, strings(10, "sha256:b"));
    EXPECT_EQ(source->fetches, 3);
}

TEST_F(Service, ARefusedTokenIsReplacedAndItsLateSuccessorDropped) {
    warm();
    step(2400s); // a renewal is under way
    report("sha256:a");
    ASSERT_EQ(refusals.at(0).kind, report_result::invalidated);
    get(); // a caller meanwhile
    run();
    EXPECT_EQ(source->cancelled, 1) << "what was under way when the token was refused may be as bad";
    EXPECT_TRUE(answers.empty());
    source->answer("late global");
    source->answer("fresh");
    run();
    EXPECT_EQ(answers, strings{"sha256:fresh"});
}

TEST_F(Service, AnInvalidationEndsAHungRenewalAndStartsTheNextLogin) {
    warm();
    step(2400s);
    ASSERT_EQ(source->fetches, 4);
    report("sha256:a");
    step(0s);
    EXPECT_EQ(source->cancelled, 1);
    EXPECT_EQ(source->fetches, 5) << "a configured scope is fetched though nobody waits";
    EXPECT_EQ(source->waiting(), 2U) << "one of each scope";
}

TEST_F(Service, AMinTtlIsToldToTheSourceAlsoWhenTheFetchIsTriedAgain) {
    warm();
    step(60s);
    get({.min_ttl = 3590s});
    run();
    EXPECT_EQ(source->at_least, 3590s);
    source->fail();
    run();
    EXPECT_EQ(answers, strings{"iam_unavailable"});
    get({.min_ttl = 3580s});
    step(1s);
    EXPECT_EQ(source->at_least, 3580s);
    source->answer("new");
    run();
    EXPECT_EQ(answers.back(), "sha256:new");
}

TEST_F(Service, ASecondRefusalInARowAsksTheIamAndALivingTokenIsKept) {
    warm();
    step(600s);
    report("sha256:a");
    step(0s);
    source->answer("b");
    run();
    report("sha256:b");
    EXPECT_EQ(source->validations, 1);
    ASSERT_EQ(refusals.size(), 2U);
    EXPECT_EQ(refusals[1].kind, report_result::damped);
    EXPECT_EQ(refusals[1].current, "sha256:b");
}

TEST_F(Service, ARefusedCredentialIsTriedAgainOnceItHasChanged) {
    while (source->waiting() != 0) source->fail(errc::credential_rejected, retry_rule::rearm);
    run();
    for (int i = 0; i < 3600; ++i) step(1s);
    EXPECT_EQ(source->fetches, 2);
    source->changed = true;
    step(1s);
    EXPECT_EQ(source->fetches, 4);
}

TEST_F(Service, AReloadKeepsTheTokensOfAnUnchangedLogin) {
    warm();
    config c = two_scopes();
    c.identities[0].allow.push_back({});
    c.identities[0].scopes.push_back({"new", {scope_kind::project_id, "x", {}}});
    service.configure(std::move(c));
    run();
    EXPECT_TRUE(serveable());
    EXPECT_EQ(source->fetches, 3) << "the new scope alone";
    EXPECT_EQ(sources_made, 1);
}

TEST_F(Service, AReloadForgetsTheTokensOfAChangedLogin) {
    warm();
    config c = two_scopes();
    c.identities[0].auth.username = "somebody else";
    service.configure(std::move(c));
    run();
    EXPECT_FALSE(serveable());
    EXPECT_EQ(sources_made, 2);
    EXPECT_EQ(source->fetches, 2);
}

TEST_F(Service, WhoWaitsWhileTheLoginChangesIsGivenATokenOfTheNewOne) {
    config c = two_scopes();
    service.configure(c);
    auto on_demand = service.open(*service.identity("ci"), {"unscoped", scope{}, false}, {});
    get();
    get({}, "unscoped");
    c.identities[0].auth.username = "somebody else";
    const auto before = source;
    service.configure(std::move(c));
    run();
    EXPECT_EQ(before->cancelled, 2);
    EXPECT_EQ(before->fetches, 2) << "the third had not begun: it never does";
    EXPECT_TRUE(answers.empty());
    EXPECT_EQ(source->fetches, 3) << "that nobody has configured too, for somebody waits for it";
    while (source->waiting() != 0) source->answer("new");
    run();
    EXPECT_EQ(answers, (strings{"sha256:new", "sha256:new"}));
}

TEST_F(Service, AFetchThatIsCancelledBeforeItHasBegunAsksNobodyAndThrowsNothing) {
    warm();
    auto on_demand = service.open(*service.identity("ci"), {"unscoped", scope{}, false}, {});
    get({}, "unscoped");
    service.stop();
    EXPECT_NO_THROW(run());
    EXPECT_EQ(source->fetches, 2) << "those of the beginning";
    EXPECT_EQ(answers, strings{"iam_unavailable"});
}

TEST_F(Service, AScopeWhoseNameNowMeansAnotherProjectIsForgotten) {
    warm();
    config c = two_scopes();
    c.identities[0].scopes[0].target.value = "eu-nl";
    service.configure(std::move(c));
    run();
    EXPECT_FALSE(serveable());
}

TEST_F(Service, CallersOfAnIdentityThatIsGoneAreAnswered) {
    get();
    service.configure(config{});
    run();
    EXPECT_EQ(answers, strings{"iam_unavailable"});
    EXPECT_FALSE(in_use("eu-de"));
}

TEST_F(Service, AForcedRenewalAnswersWithTheNewToken) {
    warm();
    service.renew(entry(),
                  [this](result<served_token> r) { answers.push_back(r ? r->value->fingerprint : "error"); });
    run();
    EXPECT_TRUE(answers.empty());
    source->answer("new");
    run();
    EXPECT_EQ(answers, strings{"sha256:new"});
}

TEST_F(Service, AStopAnswersAllWhoWait) {
    get();
    service.stop();
    run();
    EXPECT_EQ(answers, strings{"iam_unavailable"});
}
