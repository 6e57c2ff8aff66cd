// What the daemon tells its service manager, which a test plays, and leaves with it.
#include "systemd/notify.hpp"
#include "tests/integration/daemon_under_test.hpp"
#include "tests/unit/systemd/fake_manager.hpp"

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <string_view>

namespace tokenward::testing {
namespace {

using support::eventually;

// As one that hangs, or that has listened until it heard READY=1.
void fill_queue() {
    while (systemd::notify_status("one more")) {
    }
}

/// Reads until a message begins so; false if none comes.
bool hears(fake_manager& manager, std::string_view start) {
    return eventually([&] { return manager.receive().text.starts_with(start); });
}

bool is_over(const std::future<http_reply>& asked) {
    return asked.wait_for(0s) == std::future_status::ready;
}

TEST(Keeping, AManagerThatDoesNotListenHoldsNobodyUpAndIsToldInTheEnd) {
    iam_standin iam;
    fake_manager manager;
    fill_queue();
    daemon_under_test d({.auth_url = iam.auth_url()});
    EXPECT_FALSE(d.token().empty());
    d.program().wait_for_line("event=state_not_kept");
    EXPECT_EQ(d.get("/healthz").status, 200);

    EXPECT_TRUE(hears(manager, "READY=1"));
    EXPECT_TRUE(hears(manager, "FDSTORE=1"));
    EXPECT_EQ(d.stop(), 0);
}

TEST(Keeping, AnInvalidationIsAnsweredOnceAManagerThatDidNotListenHasIt) {
    iam_standin iam;
    fake_manager manager;
    daemon_under_test d({.auth_url = iam.auth_url()});
    EXPECT_FALSE(d.token().empty());
    EXPECT_TRUE(hears(manager, "FDSTORE=1"));
    fill_queue();
    auto answer =
        std::async(std::launch::async, [&] { return d.connect().request("DELETE", "/v1/tokens/ci/eu-de"); });
    d.program().wait_for_line("event=state_not_kept");
    EXPECT_FALSE(is_over(answer));
    EXPECT_TRUE(hears(manager, "BARRIER=1"));
    EXPECT_EQ(answer.get().status, 204);
    EXPECT_EQ(d.stop(), 0);
}

TEST(Keeping, TheGuardsCountersAreKeptThoughThereIsNoToken) {
    iam_standin iam;
    fake_manager manager;
    daemon_under_test d({.auth_url = iam.auth_url(), .secret = "a-password-that-is-wrong"});
    EXPECT_TRUE(d.reaches("rejected"));
    EXPECT_TRUE(hears(manager, "FDSTORE=1"));
    EXPECT_EQ(d.stop(), 0);
}

TEST(Watchdog, IsFedAsLongAsTheEventLoopTurns) {
    iam_standin iam;
    fake_manager manager;
    daemon_under_test d({.auth_url = iam.auth_url(), .env = {{"WATCHDOG_USEC", "200000"}}});
    EXPECT_TRUE(hears(manager, "WATCHDOG=1"));
    EXPECT_TRUE(hears(manager, "WATCHDOG=1"));
    EXPECT_EQ(d.stop(), 0);
}

} // namespace
} // namespace tokenward::testing
