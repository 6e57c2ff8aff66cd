// Watchers at stepped time: told of every change, of an end without successor, and of nothing else.
#include "tests/shell/service_fixture.hpp"

#include <string>

using namespace tokenward;
using namespace tokenward::testing;

namespace {

class Watching : public Service {
  protected:
    Watching() { warm(); }

    wait_id watch(std::chrono::seconds wait = 300s, const char* name = "eu-de") {
        return service.watch(entry(name), wait, noting());
    }
};

} // namespace

TEST_F(Watching, ARenewalIsTold) {
    watch();
    EXPECT_TRUE(answers.empty());
    service.renew(entry(), [](result<served_token>) {});
    run();
    source->answer("b");
    run();
    EXPECT_EQ(answers, strings{"sha256:b"});
}

TEST_F(Watching, ARenewalOfAnotherScopeIsNot) {
    watch();
    service.renew(entry("global"), [](result<served_token>) {});
    run();
    source->answer("h");
    run();
    EXPECT_TRUE(answers.empty());
}

TEST_F(Watching, TheEndOfItsTimeIsTold) {
    watch(20s);
    step(19s);
    EXPECT_TRUE(answers.empty());
    step(1s);
    EXPECT_EQ(answers, strings{"unchanged"});
}

TEST_F(Watching, AFailedRenewalIsNotTold) {
    watch();
    service.renew(entry(), [](result<served_token>) {});
    run();
    source->fail();
    run();
    EXPECT_TRUE(answers.empty()) << "the held token is as good as before";
}

TEST_F(Watching, AnInvalidationIsHeldThroughUntilThereIsANewToken) {
    watch();
    report("sha256:a");
    EXPECT_TRUE(answers.empty());
    EXPECT_EQ(source->fetches, 3) << "a watcher is reason enough to log in";
    source->answer("b");
    run();
    EXPECT_EQ(answers, strings{"sha256:b"});
}

TEST_F(Watching, AFailureAfterAnInvalidationIsHeldThroughToo) {
    watch();
    report("sha256:a");
    source->fail();
    run();
    EXPECT_TRUE(answers.empty());
    step(5s);
    EXPECT_EQ(source->fetches, 4) << "tried again";
    source->answer("b");
    run();
    EXPECT_EQ(answers, strings{"sha256:b"});
}

TEST_F(Watching, AFailureIsToldIfTheNextTryComesTooLate) {
    watch(1s);
    report("sha256:a");
    step(900ms);
    source->fail();
    run();
    EXPECT_EQ(answers, strings{"iam_unavailable"});
}

TEST_F(Watching, ARefusedCredentialIsToldAtOnce) {
    watch();
    report("sha256:a");
    source->fail(errc::credential_rejected, retry_rule::rearm);
    run();
    EXPECT_EQ(answers, strings{"credential_rejected"}) << "no try will be made by itself";
}

TEST_F(Watching, AnExpiryWithoutSuccessorIsTold) {
    step(3590s);
    while (source->waiting() != 0) source->fail();
    run();
    watch();
    EXPECT_TRUE(answers.empty());
    step(8s);
    EXPECT_TRUE(answers.empty());
    step(2s);
    EXPECT_EQ(answers, strings{"iam_unavailable"});
}

TEST_F(Watching, WithNothingHeldAWatchIsAGet) {
    report("sha256:a");
    watch(30s);
    EXPECT_EQ(source->fetches, 3);
    source->answer("b");
    run();
    EXPECT_EQ(answers, strings{"sha256:b"});
}

TEST_F(Watching, AShutdownTellsThatNothingHasChanged) {
    watch();
    watch(300s, "global");
    service.stop();
    EXPECT_EQ(answers, strings(2, "unchanged"));
}

TEST_F(Watching, OneWhoHangsUpIsForgotten) {
    wait_id id = watch();
    service.cancel(id);
    service.renew(entry(), [](result<served_token>) {});
    run();
    source->answer("b");
    run();
    step(300s);
    EXPECT_TRUE(answers.empty());
}

TEST_F(Watching, OneWhoHangsUpAfterAnInvalidationIsForgottenToo) {
    wait_id gone = watch();
    watch();
    report("sha256:a");
    service.cancel(gone);
    source->answer("b");
    run();
    EXPECT_EQ(answers, strings{"sha256:b"});
}

TEST_F(Watching, OneWhoseLoginChangesIsToldOfTheTokenOfTheNewOne) {
    watch();
    config other = two_scopes();
    other.identities[0].auth.username = "somebody else";
    service.configure(std::move(other));
    run();
    EXPECT_TRUE(answers.empty());
    source->answer("b");
    run();
    EXPECT_EQ(answers, strings{"sha256:b"});
}

TEST_F(Watching, AScopeThatIsForgottenTellsItsWatchers) {
    watch();
    config none = two_scopes();
    none.identities[0].scopes.erase(none.identities[0].scopes.begin());
    none.identities[0].on_demand = false;
    service.configure(std::move(none));
    run();
    EXPECT_EQ(answers, strings{"unknown_scope"});
}
