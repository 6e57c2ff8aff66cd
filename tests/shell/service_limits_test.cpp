// What one caller can cost the IAM beyond what the lives of the tokens ask for.
#include "tests/shell/service_fixture.hpp"

using namespace tokenward;
using namespace tokenward::testing;

namespace {

class Limits : public Service {
  protected:
    static config narrow() {
        config c = two_scopes();
        c.limits = {.new_scopes_per_minute = 60, .new_scopes_burst = 5};
        return c;
    }
    Limits() {
        service.configure(narrow());
        warm();
    }
    refusal_outcome refuse_by(entry_id refused, const requester& by) {
        refusal_outcome outcome;
        service.report(
            refused, "", [&](refusal_outcome o) { outcome = std::move(o); }, by);
        run();
        return outcome;
    }
    /// Uses up what the user may take at once.
    void use_up(const requester& by) {
        for (int i = 0; i < 10; ++i) get_on_demand("project:x" + std::to_string(i), by);
        run();
        while (source->waiting() != 0) source->fail(errc::unknown_scope, retry_rule::remember);
        run();
        answers.clear();
    }

    const requester one{.uid = 1000};
};

} // namespace

TEST_F(Limits, BeyondTheBurstANewScopeIs429AndTakesNoPlace) {
    for (int i = 0; i < 8; ++i) get_on_demand("project:x" + std::to_string(i), one);
    run();
    EXPECT_EQ(source->waiting(), 5U);
    EXPECT_EQ(answers, strings(3, "too_many_requests"));
    EXPECT_EQ(last_error.retry_after, 1s);
    EXPECT_FALSE(in_use("project:x7"));
    get_on_demand("project:theirs", {.uid = 1001});
    run();
    EXPECT_EQ(source->waiting(), 6U);
    step(1s);
    get_on_demand("project:x7", one);
    run();
    EXPECT_EQ(source->waiting(), 7U);
}

TEST_F(Limits, WhatIsHeldFetchedOrRememberedCostsNothing) {
    get_on_demand("project:held", one);
    run();
    source->answer("held");
    run();
    get_on_demand("project:fetched", {.uid = 1001});
    use_up(one);
    get_on_demand("project:held", one);
    EXPECT_EQ(answers, strings{"sha256:held"});
    get_on_demand("project:x0", one);
    EXPECT_EQ(answers.back(), "unknown_scope");
    service.get(entry(), {}, noting(), one);
    EXPECT_EQ(answers.back(), "sha256:a");
    const int before = source->fetches;
    get_on_demand("project:joined", {.uid = 1001});
    get_on_demand("project:joined", one);
    run();
    EXPECT_EQ(answers.size(), 3U) << "it waits with the other";
    EXPECT_EQ(source->fetches, before + 1);
}

TEST_F(Limits, AMinTtlAndARenewalCountOfConfiguredScopesToo) {
    use_up(one);
    step(60s);
    use_up(one); // for a minute has filled it up again
    service.get(entry(), {.min_ttl = 3590s}, noting(), one);
    service.renew(entry(), noting(), one);
    service.watch(service.open(*service.identity("ci"), {"unscoped", scope{}, false})->id, 10s, noting(),
                  one);
    EXPECT_EQ(answers, strings(3, "too_many_requests"));
}

TEST_F(Limits, ConfiguredScopesAreRenewedWhateverCallersHaveUsedUp) {
    use_up(one);
    step(2400s);
    EXPECT_EQ(source->waiting(), 2U);
}

TEST_F(Limits, ARefusalThatWouldCostALoginOrAQuestionCounts) {
    use_up(one);
    refusal_outcome outcome = refuse_by(entry(), one);
    EXPECT_EQ(source->validations, 1) << "beyond the limits too, but seldom";
    EXPECT_EQ(outcome.kind, report_result::damped);
    ASSERT_TRUE(outcome.over_limit.has_value());
    EXPECT_EQ(outcome.over_limit->code, errc::too_many_requests);
    EXPECT_EQ(outcome.current, "sha256:a");
    EXPECT_TRUE(serveable());
    outcome = refuse_by(entry(), {.uid = 1001});
    EXPECT_EQ(outcome.kind, report_result::invalidated);
    EXPECT_FALSE(outcome.over_limit.has_value());
}

// Each scope is damped by itself; who goes from one to the next has the IAM asked all the same.
TEST_F(Limits, RefusalsOfManyScopesInTurnAreNoStreamOfRequests) {
    config c = narrow();
    for (int i = 0; i < 30; ++i) {
        const std::string name = "s" + std::to_string(i);
        c.identities[0].scopes.push_back({name, {scope_kind::project_name, name, {}}});
    }
    service.configure(c);
    run();
    while (source->waiting() != 0) {
        source->answer("first" + std::to_string(source->waiting()));
        run();
    }
    const int before = source->fetches + source->validations;
    int tokens = 0;
    for (int second = 0; second < 100; ++second) {
        for (const auto& row : service.status("ci")) refuse_by(entry(row.scope.name), one);
        step(1s);
        while (source->waiting() != 0) {
            source->answer("t" + std::to_string(++tokens));
            run();
        }
    }
    // What the user may cause, and once a minute and scope the question beyond that.
    EXPECT_LE(source->fetches + source->validations - before, 5 + 100 + 1 + 2 * 30);
}

TEST_F(Limits, ADeadTokenGoesThoughOthersUseUpAllThatThereIs) {
    const requester other{.uid = 1001};
    int scopes = 0;
    auto all_is_used = [&] {
        for (int i = 0; i < 12; ++i) {
            const std::string name = "project:d" + std::to_string(++scopes);
            get_on_demand(name, i % 2 == 0 ? one : other);
        }
        run();
        while (source->waiting() != 0) source->fail(errc::unknown_scope, retry_rule::remember);
        run();
    };
    all_is_used();
    source->verdict = validity::dead;
    EXPECT_EQ(refuse_by(entry(), {.uid = 1002}).kind, report_result::invalidated) << "the first word";
    step(0s);
    source->answer("b");
    run();
    source->verdict = validity::alive;
    step(1s);
    all_is_used();
    refusal_outcome outcome = refuse_by(entry(), {.uid = 1002});
    ASSERT_TRUE(outcome.over_limit.has_value()) << "asked about a moment ago";
    EXPECT_LE(outcome.over_limit->retry_after, 1s);
    source->verdict = validity::dead;
    int seconds = 0;
    for (; outcome.kind != report_result::invalidated && seconds < 300; ++seconds) {
        all_is_used();
        outcome = refuse_by(entry(), {.uid = 1002});
        step(1s);
    }
    EXPECT_LE(seconds, 60);
}

TEST_F(Limits, PasscodesCount) {
    use_up(one);
    auto done = [this](const result<void>& said) {
        answers.push_back(said ? "accepted" : std::string(describe(said.error().code).name));
    };
    service.give_passcode("ci", secret("123456"), done, one);
    run();
    EXPECT_EQ(answers, strings{"too_many_requests"});
    EXPECT_EQ(source->passcodes, 0);
    service.give_passcode("ci", secret("123456"), done, {.uid = 0, .privileged = true});
    run();
    EXPECT_EQ(answers.back(), "accepted");
}

TEST_F(Limits, RetriesForWhoWaitsAreMadeAndCount) {
    for (int i = 0; i < 5; ++i) get_on_demand("project:x" + std::to_string(i), one, {.max_wait = 60s});
    run();
    while (source->waiting() != 0) source->fail();
    run();
    answers.clear();
    for (int i = 0; i < 5; ++i) get_on_demand("project:x" + std::to_string(i), one, {.max_wait = 60s});
    step(1s);
    EXPECT_EQ(source->waiting(), 5U);
    EXPECT_TRUE(answers.empty());
    get_on_demand("project:new", one);
    EXPECT_EQ(answers, strings{"too_many_requests"}) << "the second's share went to a retry";
}

TEST_F(Limits, AReloadTakesNewOnesUp) {
    use_up(one);
    get_on_demand("project:new", one);
    EXPECT_EQ(answers, strings{"too_many_requests"});
    config c = narrow();
    c.limits = {.new_scopes_per_minute = 6000, .new_scopes_burst = 500};
    service.configure(c);
    get_on_demand("project:new", one);
    run();
    EXPECT_EQ(source->waiting(), 1U);
}
