// What outlives a restart, as the service gives it out and takes it up; and that nothing is answered before
// it is kept.
#include "daemon/base/log.hpp"
#include "daemon/service/token_service.hpp"
#include "tests/shell/fakes.hpp"
#include "tests/support/fake_keeper.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace tokenward;
using namespace tokenward::testing;

namespace {

config one_scope() {
    config c;
    identity_config& i = c.identities.emplace_back();
    i.name = "ci";
    i.auth.auth_url = "http://127.0.0.1/v3";
    i.scopes = {{"eu-de", {scope_kind::project_name, "eu-de", {}}}};
    return c;
}

/// One run of the daemon: a service, its source and its keeper. Time goes on over restarts.
struct one_run {
    one_run(boost::asio::io_context& io, const fake_clock& time, kept_state before)
        : service({.executor = io.get_executor(),
                   .time = time,
                   .jitter = [] { return 0.0; },
                   .make_source =
                       [this, &io, &time](const identity_config&) {
                           return source = std::make_shared<fake_source>(io.get_executor(), time);
                       },
                   .keep = &kept}) {
        service.restore(std::move(before));
        service.configure(one_scope());
    }
    used_scope scope(const std::string& name = "eu-de") {
        return *service.find("ci", name, service.now().boot);
    }
    std::string held() { return scope().held.value ? scope().held.value->fingerprint : ""; }
    wait_id report(const std::string& fingerprint) {
        return service.report(scope().id, fingerprint,
                              [this](const refusal_outcome& o) { refusals.push_back(o.kind); });
    }

    std::shared_ptr<fake_source> source;
    fake_keeper kept;
    token_service service;
    std::vector<report_result> refusals{};
};

class Keeping : public ::testing::Test {
  protected:
    Keeping() { log::set_level(log::level::error); }

    void run() {
        io.restart();
        while (io.poll() != 0) {
        }
    }
    /// A daemon with the token "sha256:a".
    std::unique_ptr<one_run> warm() {
        auto daemon = start({});
        run();
        daemon->source->answer("a");
        run();
        return daemon;
    }
    std::unique_ptr<one_run> start(kept_state before) {
        return std::make_unique<one_run>(io, time, std::move(before));
    }

    boost::asio::io_context io{1};
    fake_clock time;
};

TEST_F(Keeping, ATokenIsTakenUpWithoutALogin) {
    kept_state state = warm()->service.keep();
    time.step(60s);
    auto daemon = start(std::move(state));
    run();
    EXPECT_EQ(daemon->held(), "sha256:a");
    EXPECT_EQ(daemon->source->fetches, 0);
}

TEST_F(Keeping, ItIsRenewedWhenItWasDueBeforeTheRestart) {
    auto before = warm();
    const instant due = *before->service.status("ci")[0].renews;
    auto daemon = start(before->service.keep());
    EXPECT_EQ(daemon->service.status("ci")[0].renews, due);
    time.step(due - time.now().boot);
    daemon->service.tick();
    run();
    EXPECT_EQ(daemon->source->fetches, 1);
}

TEST_F(Keeping, WhatEndedMeanwhileIsFetchedAnew) {
    kept_state state = warm()->service.keep();
    time.step(3600s);
    auto daemon = start(std::move(state));
    run();
    EXPECT_EQ(daemon->held(), "");
    EXPECT_EQ(daemon->source->fetches, 1);
}

TEST_F(Keeping, AScopeOnDemandIsThereAgain) {
    auto before = warm();
    auto meant = resolve_scope(*before->service.identity("ci"), "project_id:7");
    auto entry = before->service.open(*before->service.identity("ci"), *meant, {.uid = 1000});
    before->service.get(entry->id, {}, [](const result<served_token>&) {}, {.uid = 1000});
    run();
    before->source->answer("b");
    run();
    auto daemon = start(before->service.keep());
    EXPECT_EQ(daemon->scope("project_id:7").held.value->fingerprint, "sha256:b");
    EXPECT_FALSE(daemon->service.status("ci").back().scope.configured);
    const kept_state kept = daemon->service.keep();
    EXPECT_TRUE(std::any_of(kept.entries.begin(), kept.entries.end(), [](const kept_entry& each) {
        return each.scope_name == "project_id:7" && each.opener == 1000U;
    }));
}

TEST_F(Keeping, AClockThatRanAheadOverTheRestartRenewsEverything) {
    kept_state state = warm()->service.keep();
    time.step(5s);
    time.at.wall += 3600s; // a machine that was paused
    auto daemon = start(std::move(state));
    run();
    EXPECT_EQ(daemon->held(), "sha256:a");
    EXPECT_EQ(daemon->source->fetches, 1);
}

TEST_F(Keeping, ANewTokenIsWorthKeeping) {
    auto daemon = start({});
    run();
    const int before = daemon->kept.changes;
    daemon->source->answer("a");
    run();
    EXPECT_GT(daemon->kept.changes, before);
}

TEST_F(Keeping, NobodyHearsOfAnInvalidationBeforeItIsKept) {
    auto daemon = warm();
    EXPECT_NE(daemon->report("sha256:a"), 0U);
    run();
    EXPECT_EQ(daemon->held(), "") << "it is gone at once for those who get";
    EXPECT_TRUE(daemon->refusals.empty());
    daemon->kept.confirm();
    EXPECT_EQ(daemon->refusals, std::vector{report_result::invalidated});
}

TEST_F(Keeping, WhoHearsFromAnotherThatItIsGoneWaitsAsWell) {
    auto daemon = warm();
    daemon->report("sha256:a");
    EXPECT_NE(daemon->report("sha256:a"), 0U);
    EXPECT_TRUE(daemon->refusals.empty());
    daemon->kept.confirm();
    EXPECT_EQ(daemon->refusals, (std::vector{report_result::invalidated, report_result::already_replaced}));
    daemon->report("sha256:a"); // now it is known to be kept
    EXPECT_EQ(daemon->refusals.size(), 3U);
}

TEST_F(Keeping, WhoHangsUpMeanwhileIsNotAnswered) {
    auto daemon = warm();
    daemon->service.cancel(daemon->report("sha256:a"));
    daemon->kept.confirm();
    EXPECT_TRUE(daemon->refusals.empty());
}

TEST_F(Keeping, ItIsWaitedForThoughWhoBroughtItAboutHasHungUp) {
    auto daemon = warm();
    daemon->service.cancel(daemon->report("sha256:a"));
    EXPECT_NE(daemon->report("sha256:a"), 0U);
    EXPECT_TRUE(daemon->refusals.empty());
    daemon->kept.confirm();
    EXPECT_EQ(daemon->refusals, std::vector{report_result::already_replaced});
}

// validate_every: there is nobody to be answered, and the dead token must not come back all the same.
TEST_F(Keeping, ATokenThatTheIamCallsDeadUnaskedIsForgottenThereToo) {
    auto daemon = warm();
    config c = one_scope();
    c.identities[0].validate_every = 60s;
    daemon->service.configure(std::move(c));
    run();
    daemon->source->answer("b");
    run();
    ASSERT_EQ(daemon->held(), "sha256:b");
    daemon->source->verdict = validity::dead;
    time.step(60s);
    daemon->service.tick();
    const int before = daemon->kept.changes;
    run();
    EXPECT_EQ(daemon->held(), "");
    EXPECT_GT(daemon->kept.changes, before);
}

// Small steps add up, and are no pause of the machine: a restart must not take them for one.
TEST_F(Keeping, WhereTheWallClockStandsIsKeptAsItIsSteppedOn) {
    auto daemon = warm();
    const int before = daemon->kept.changes;
    time.at.wall += 3s;
    daemon->service.tick();
    EXPECT_EQ(daemon->kept.changes, before) << "not for each of them";
    time.at.wall += 3s;
    daemon->service.tick();
    EXPECT_GT(daemon->kept.changes, before);
}

TEST_F(Keeping, AShutdownAnswersThoseWhoWaitForIt) {
    auto daemon = warm();
    daemon->report("sha256:a");
    daemon->service.stop();
    EXPECT_EQ(daemon->refusals, std::vector{report_result::invalidated});
    daemon->kept.confirm(); // too late, and harmless
    EXPECT_EQ(daemon->refusals.size(), 1U);
}

TEST_F(Keeping, ARefusedTokenThatTheIamGivesOnceMoreIsNotServedAfterTheRestartEither) {
    auto before = warm();
    before->report("sha256:a");
    auto daemon = start(before->service.keep());
    run();
    EXPECT_EQ(daemon->held(), "");
    daemon->source->answer("a");
    run();
    EXPECT_EQ(daemon->held(), "");
}

} // namespace
