// Handlers that call back into the service: entries, callers and lists change while others are being told.
#include "tests/shell/service_fixture.hpp"

using namespace tokenward;
using namespace tokenward::testing;

namespace {

class Reentrant : public Service {
  protected:
    using token_handler = token_service::token_handler;

    /// One entry of the identity beyond its configured ones.
    static config three_scopes() {
        config c = two_scopes();
        c.identities[0].max_scopes = 3;
        return c;
    }
    result<used_scope> open(const std::string& project) {
        const scope target{scope_kind::project_name, project, {}};
        return service.open(*service.identity("ci"), {"project:" + project, target, false});
    }
    /// An on-demand scope whose token is held.
    void hold(const std::string& project) {
        service.get(open(project)->id, {}, [](const result<served_token>&) {});
        run();
        source->answer(project);
        run();
    }
    void watch(entry_id watched, token_handler done) { service.watch(watched, 60s, std::move(done)); }
    /// Notes its answer, and cancels the one that comes next.
    token_handler cancelling(const wait_id& next) {
        return [this, &next](const result<served_token>& r) {
            note(r);
            service.cancel(next);
        };
    }
};

} // namespace

TEST_F(Reentrant, WhoIsCancelledByTheOneBeforeIsNotToldOfTheToken) {
    wait_id second = 0;
    service.get(entry(), {}, cancelling(second));
    second = get();
    get();
    source->answer("a");
    run();
    EXPECT_EQ(answers, strings(2, "sha256:a"));
}

TEST_F(Reentrant, WhoIsCancelledByTheOneBeforeIsNotToldOfTheFailure) {
    wait_id second = 0;
    service.get(entry(), {}, cancelling(second));
    second = get();
    get();
    source->fail();
    run();
    EXPECT_EQ(answers, strings(2, "iam_unavailable"));
}

TEST_F(Reentrant, WhoIsCancelledByTheOneBeforeIsNotToldThatTheIdentityIsGone) {
    wait_id second = 0;
    service.get(entry(), {}, cancelling(second));
    second = get();
    get();
    service.configure(config{});
    EXPECT_EQ(answers, strings(2, "iam_unavailable"));
}

TEST_F(Reentrant, WhoIsCancelledByTheOneBeforeIsNotToldOfTheValidation) {
    warm();
    report("sha256:a");
    step(0s);
    source->answer("b");
    run();
    wait_id second = 0;
    int told = 0;
    service.report(entry(), "sha256:b", [&](const refusal_outcome&) {
        ++told;
        service.cancel(second);
    });
    second = service.report(entry(), "sha256:b", [&](const refusal_outcome&) { ++told; });
    ASSERT_NE(second, 0U);
    run();
    EXPECT_EQ(told, 1);
}

TEST_F(Reentrant, ATokenThatTheFirstOneRefusesIsNotGivenToTheNext) {
    service.get(entry(), {}, [this](const result<served_token>& r) {
        note(r);
        report(r->value->fingerprint);
    });
    get();
    source->answer("a");
    run();
    EXPECT_EQ(answers, (strings{"sha256:a", "iam_unavailable"}));
}

TEST_F(Reentrant, AScopeThatMakesRoomInTheMidstOfAReloadIsNotLookedAtAnyMore) {
    config c = two_scopes();
    c.identities[0].max_scopes = 4;
    service.configure(c);
    warm();
    hold("waits");
    hold("held");
    step(60s);
    const get_request longer{.min_ttl = 3590s};
    service.get(entry("project:waits"), longer, [this](const result<served_token>& r) {
        note(r);
        EXPECT_TRUE(open("new").has_value());
        EXPECT_TRUE(open("newer").has_value()) << "which takes the place of the one that is held";
    });
    EXPECT_TRUE(serveable("project:held"));
    c.identities[0].on_demand = false;
    service.configure(c);
    run();
    EXPECT_EQ(answers, strings{"unknown_scope"});
    EXPECT_FALSE(in_use("project:held"));
}

TEST_F(Reentrant, TheScopeThatIsOpenedMayHaveMadeRoomByTheTimeThatItIsReturned) {
    service.configure(three_scopes());
    warm();
    hold("watched");
    watch(entry("project:watched"), [this](const result<served_token>& r) {
        note(r);
        EXPECT_TRUE(open("third").has_value());
    });
    auto second = open("second");
    EXPECT_EQ(answers, strings{"iam_unavailable"});
    if (second)
        EXPECT_EQ(second->id, entry("project:second"));
    else
        EXPECT_EQ(second.error().code, errc::too_many_requests);
}

TEST_F(Reentrant, AnIdentityThatLogsInAnewCanBeAskedByWhoIsToldThatAnotherIsGone) {
    config c = two_scopes();
    c.identities.push_back(c.identities[0]);
    c.identities[1].name = "other";
    service.configure(c);
    run();
    service.get(entry("eu-de", "other"), {}, [this](const result<served_token>& r) {
        note(r);
        get();
    });
    c.identities.pop_back();
    c.identities[0].auth.username = "somebody else";
    service.configure(c);
    run();
    EXPECT_EQ(answers, strings{"iam_unavailable"});
    while (source->waiting() != 0) source->answer("new");
    run();
    EXPECT_EQ(answers, (strings{"iam_unavailable", "sha256:new"}));
}

TEST_F(Reentrant, WhoAsksAgainWhileTheDaemonEndsIsToldSoAtOnce) {
    int asked = 0;
    std::function<void(const result<served_token>&)> again = [&](const result<served_token>& r) {
        note(r);
        if (++asked == 3) return;
        service.get(open("late")->id, {}, again);
    };
    service.get(entry(), {}, again);
    const int before = source->fetches;
    service.stop();
    run();
    EXPECT_EQ(answers, strings(3, "iam_unavailable"));
    EXPECT_EQ(source->fetches, before);
}
