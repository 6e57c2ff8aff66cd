// The service at stepped time: who waits, who is woken with what, and what a reload keeps.
#include "daemon/token_service.hpp"

#include "daemon/log.hpp"
#include "tests/shell/fakes.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

using namespace tokenward;
using namespace tokenward::testing;

namespace {

class Service : public ::testing::Test {
  protected:
    Service() {
        log::set_level(log::level::error);
        service.configure(two_scopes());
        run();
    }

    static config two_scopes() {
        config c;
        identity_config& i = c.identities.emplace_back();
        i.name = "ci";
        i.auth.auth_url = "http://127.0.0.1/v3";
        i.scopes = {{"eu-de", {scope_kind::project_name, "eu-de", {}}},
                    {"global", {scope_kind::domain_name, "A", {}}}};
        return c;
    }

    /// Whatever is ready to run, and no waiting.
    void run() {
        io.restart();
        while (io.poll() != 0) {
        }
    }
    void step(duration by) {
        time.step(by);
        service.tick();
        run();
    }
    cache_entry& entry(const char* name = "eu-de") { return *service.find("ci", name); }

    /// Asks for a token; the answer goes to `answers`.
    wait_id get(get_request wanted = {}, const char* name = "eu-de") {
        return service.get(entry(name), wanted, [this](result<token_ptr> r) {
            answers.push_back(r ? (*r)->fingerprint : std::string(describe(r.error().code).name));
        });
    }
    void refuse(const std::string& fingerprint) {
        service.refuse(entry(), fingerprint, [this](refusal_outcome o) { refusals.push_back(o); });
        run();
    }
    void warm() {
        source->answer("a");
        source->answer("g");
        run();
    }

    boost::asio::io_context io{1};
    fake_clock time;
    std::shared_ptr<fake_source> source;
    std::vector<std::string> answers;
    std::vector<refusal_outcome> refusals;
    int sources_made = 0;
    token_service service{{
        .executor = io.get_executor(),
        .time = time,
        .jitter = [] { return 0.0; },
        .make_source =
            [this](const identity_config&) {
                ++sources_made;
                return source = std::make_shared<fake_source>(io.get_executor(), time);
            },
        .render = {},
    }};
};

using strings = std::vector<std::string>;

} // namespace

TEST_F(Service, ConfiguredScopesAreFetchedAtTheStart) {
    EXPECT_EQ(source->fetches, 2);
    warm();
    EXPECT_NE(service.serveable(entry(), time.now().boot), nullptr);
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
    EXPECT_NE(service.serveable(entry(), time.now().boot), nullptr);
}

TEST_F(Service, ARenewalHappensOnceAheadOfTheEnd) {
    warm();
    step(2399s);
    EXPECT_EQ(source->fetches, 2);
    step(1s);
    EXPECT_EQ(source->fetches, 4);
    step(60s);
    EXPECT_EQ(source->fetches, 4);
}

TEST_F(Service, WhileTheIamIsAwayTheTokenIsServedAndThenTokensFlowAgain) {
    warm();
    for (int i = 0; i < 3599; ++i) {
        step(1s);
        while (source->waiting() != 0) source->fail();
        run();
        ASSERT_NE(service.serveable(entry(), time.now().boot), nullptr) << i;
    }
    step(1s);
    while (source->waiting() != 0) source->fail();
    run();
    EXPECT_EQ(service.serveable(entry(), time.now().boot), nullptr);
    for (int i = 0; i < 301 && source->waiting() == 0; ++i) step(1s);
    ASSERT_NE(source->waiting(), 0U) << "back within the longest back-off";
    source->answer("back");
    run();
    EXPECT_TRUE(service.serveable(entry(), time.now().boot) != nullptr ||
                service.serveable(entry("global"), time.now().boot) != nullptr);
}

TEST_F(Service, ARefusedTokenIsReplacedAndItsLateSuccessorDropped) {
    warm();
    step(2400s); // a renewal is under way
    refuse("sha256:a");
    ASSERT_EQ(refusals.at(0).kind, refusal_kind::invalidated);
    get(); // a caller meanwhile
    source->answer("late");
    run();
    EXPECT_TRUE(answers.empty()) << "what was under way when the token was refused may be as bad";
    source->answer("late global");
    source->answer("fresh");
    run();
    EXPECT_EQ(answers, strings{"sha256:fresh"});
}

TEST_F(Service, ASecondRefusalInARowAsksTheIamAndALivingTokenIsKept) {
    warm();
    step(600s);
    refuse("sha256:a");
    step(0s);
    source->answer("b");
    run();
    refuse("sha256:b");
    EXPECT_EQ(source->validations, 1);
    ASSERT_EQ(refusals.size(), 2U);
    EXPECT_EQ(refusals[1].kind, refusal_kind::damped);
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

TEST_F(Service, APausedMachineRenewsEverything) {
    warm();
    step(10s);
    time.at.wall += 1h; // CLOCK_REALTIME was set after the pause, CLOCK_BOOTTIME knows nothing of it
    service.tick();
    run();
    EXPECT_EQ(source->fetches, 4);
}

TEST_F(Service, AWallClockThatIsSetBackChangesNothing) {
    warm();
    time.at.wall -= 24h;
    step(10s);
    EXPECT_EQ(source->fetches, 2);
    EXPECT_NE(service.serveable(entry(), time.now().boot), nullptr);
}

TEST_F(Service, AReloadKeepsTheTokensOfAnUnchangedLogin) {
    warm();
    config c = two_scopes();
    c.identities[0].allow.push_back({});
    c.identities[0].scopes.push_back({"new", {scope_kind::project_id, "x", {}}});
    service.configure(std::move(c));
    run();
    EXPECT_NE(service.serveable(entry(), time.now().boot), nullptr);
    EXPECT_EQ(source->fetches, 3) << "the new scope alone";
    EXPECT_EQ(sources_made, 1);
}

TEST_F(Service, AReloadForgetsTheTokensOfAChangedLogin) {
    warm();
    config c = two_scopes();
    c.identities[0].auth.username = "somebody else";
    service.configure(std::move(c));
    run();
    EXPECT_EQ(service.serveable(entry(), time.now().boot), nullptr);
    EXPECT_EQ(sources_made, 2);
    EXPECT_EQ(source->fetches, 2);
}

TEST_F(Service, AScopeWhoseNameNowMeansAnotherProjectIsForgotten) {
    warm();
    config c = two_scopes();
    c.identities[0].scopes[0].target.value = "eu-nl";
    service.configure(std::move(c));
    run();
    EXPECT_EQ(service.serveable(entry(), time.now().boot), nullptr);
}

TEST_F(Service, CallersOfAnIdentityThatIsGoneAreAnswered) {
    get();
    service.configure(config{});
    run();
    EXPECT_EQ(answers, strings{"iam_unavailable"});
    EXPECT_EQ(service.find("ci", "eu-de"), nullptr);
}

TEST_F(Service, AForcedRenewalAnswersWithTheNewToken) {
    warm();
    service.renew(entry(),
                  [this](result<token_ptr> r) { answers.push_back(r ? (*r)->fingerprint : "error"); });
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
