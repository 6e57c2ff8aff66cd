// The control interface: counters, the gate, down and up, and settings.
#include "tests/unit/support/standin_fixture.hpp"

#include <gmock/gmock.h>

#include <future>
#include <system_error>
#include <vector>

namespace tokenward::support {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Control : public standin_test {
  protected:
    std::future<int> login_in_background() const {
        return std::async(std::launch::async, [this] { return log_in().status; });
    }
};

TEST_F(Control, CountsWhatItSees) {
    log_in();
    log_in(password_login("", "wrong"));
    use("nonsense");
    const auto seen = x_iam.state();
    EXPECT_EQ(seen.logins.attempted, 2);
    EXPECT_EQ(seen.logins.succeeded, 1);
    EXPECT_EQ(seen.logins.refused, 1);
    EXPECT_EQ(seen.by_user.at("ci-bot").attempted, 2);
    EXPECT_EQ(seen.by_method.at("password").attempted, 2);
    EXPECT_EQ(seen.service_refused, 1);
    EXPECT_EQ(seen.requests, 3);
    EXPECT_EQ(seen.connections, 3);
}

TEST_F(Control, ShowsTheLastRequestsHeadersWithoutTheirSecrets) {
    const auto token = new_token();
    x_iam.connect().get("/service/x", {{"X-Auth-Token", token}, {"User-Agent", "a-test"}});
    const auto text = x_iam.control("GET", "/control/state");
    EXPECT_THAT(text, HasSubstr(R"("User-Agent":"a-test")"));
    EXPECT_THAT(text, HasSubstr(R"("X-Auth-Token":"sha256:)"));
    EXPECT_THAT(text, Not(HasSubstr(token)));
    EXPECT_THAT(text, Not(HasSubstr(std::string(iam_standin::password))));
}

TEST_F(Control, GateHoldsLoginsThatAreCountedUntilTheyAreReleased) {
    x_iam.hold();
    std::vector<std::future<int>> logins;
    for (int i = 0; i < 3; ++i) logins.push_back(login_in_background());
    x_iam.wait_for("held", 3);
    EXPECT_EQ(x_iam.state().logins.attempted, 3);
    EXPECT_EQ(x_iam.state().logins.succeeded, 0);
    EXPECT_EQ(x_iam.state().most_in_flight, 3);
    x_iam.release();
    for (auto& login : logins) EXPECT_EQ(login.get(), 201);
    EXPECT_EQ(x_iam.state().held, 0);
    EXPECT_EQ(x_iam.state().in_flight, 0);
}

TEST_F(Control, GateLetsSomeThroughAndStaysShut) {
    x_iam.hold();
    auto first = login_in_background(), second = login_in_background();
    x_iam.wait_for("held", 2);
    x_iam.release(1);
    x_iam.wait_for("succeeded", 1);
    EXPECT_EQ(x_iam.state().held, 1);
    x_iam.release();
    EXPECT_EQ(first.get() + second.get(), 402);
}

TEST_F(Control, GateHoldsThePathThatItNames) {
    x_iam.hold("service");
    const auto token = new_token();
    auto held = std::async(std::launch::async, [&] { return use(token).status; });
    x_iam.wait_for("held", 1);
    x_iam.release();
    EXPECT_EQ(held.get(), 200);
}

TEST_F(Control, WaitGivesUpAtItsTimeout) {
    EXPECT_THROW(x_iam.wait_for_logins(1, std::chrono::seconds{0}), std::runtime_error);
    log_in();
    EXPECT_NO_THROW(x_iam.wait_for_logins(1, std::chrono::seconds{0}));
    EXPECT_THROW(x_iam.wait_for("nothing", 1), std::runtime_error);
}

TEST_F(Control, DownRefusesConnectionsAndUpTakesTheSamePortAgain) {
    auto kept = x_iam.connect();
    EXPECT_EQ(kept.get("/v3").status, 200);
    x_iam.down();
    EXPECT_TRUE(kept.is_closed_by_peer());
    try {
        x_iam.connect();
        FAIL() << "a connection was accepted";
    } catch (const std::system_error& e) {
        EXPECT_EQ(e.code(), std::errc::connection_refused);
    }
    x_iam.up();
    EXPECT_EQ(log_in().status, 201);
}

TEST_F(Control, DownEndsWhatIsHeld) {
    x_iam.hold();
    auto login = std::async(std::launch::async, [this] {
        try {
            return log_in().status;
        } catch (const std::exception&) {
            return 0;
        }
    });
    x_iam.wait_for("held", 1);
    x_iam.down();
    EXPECT_EQ(login.get(), 0);
    EXPECT_EQ(x_iam.state().logins.faulted, 1);
}

TEST_F(Control, StandsOnTheIamsOwnPortTooButCannotCutItself) {
    EXPECT_EQ(x_iam.connect().get("/control/state").status, 200);
    EXPECT_EQ(x_iam.connect().request("POST", "/control/down", {}).status, 409);
    EXPECT_EQ(x_iam.connect().get("/control/nothing").status, 404);
}

TEST_F(Control, RefusesASettingThatItDoesNotKnowOrThatMakesNoSense) {
    EXPECT_THROW(x_iam.set(R"({"lifetme": 5})"), std::runtime_error);
    EXPECT_THROW(x_iam.set(R"({"lifetime": 5, "token_size": 0})"), std::runtime_error);
    EXPECT_THROW(x_iam.set("no json"), std::runtime_error);
    EXPECT_THAT(x_iam.control("GET", "/control/state"), HasSubstr(R"("lifetime":86400)"));
}

TEST_F(Control, TakesFurtherProjectsAndUsers) {
    x_iam.control("POST", "/control/identities",
                  R"({"domains": [{"name": "elsewhere"}], "projects": [{"name": "p", "domain": "elsewhere"}],
                      "users": [{"name": "u", "domain": "elsewhere", "password": "w"}]})");
    const auto reply = log_in(
        R"({"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"u","domain":{"name":"elsewhere"},)"
        R"("password":"w"}}},"scope":{"project":{"name":"p","domain":{"name":"elsewhere"}}}}})");
    EXPECT_EQ(reply.status, 201);
}

TEST_F(Control, KeepsTheIdOfWhatIsThere) {
    EXPECT_THROW(
        x_iam.control("POST", "/control/identities", R"({"users": [{"name": "ci-bot", "id": "1"}]})"),
        std::runtime_error);
    EXPECT_EQ(log_in().status, 201);
}

TEST_F(Control, AddsProjectsByTheDozen) {
    x_iam.add_projects(50);
    EXPECT_EQ(log_in(password_login(R"({"project":{"name":"p-50"}})")).status, 201);
    EXPECT_EQ(log_in(password_login(R"({"project":{"name":"p-51"}})")).status, 404);
}

TEST_F(Control, DownDoesNotWaitForThoseWhoWaitOnTheIamsPort) {
    auto waiting = std::async(std::launch::async, [this] {
        try {
            return x_iam.connect().get("/control/wait?logins=1&timeout=600").status;
        } catch (const std::exception&) {
            return 0;
        }
    });
    x_iam.wait_for("connections", 1);
    x_iam.down();
    const int told = waiting.get();
    EXPECT_TRUE(told == 0 || told == 504) << told << ": cut off, or told just before that nothing came";
}

TEST_F(Control, LimitsLoginsAtOnceWhenToldTo) {
    x_iam.set(R"({"max_concurrent": 1})");
    x_iam.hold();
    auto first = login_in_background(), second = login_in_background();
    x_iam.wait_for("held", 2);
    x_iam.release(1);
    x_iam.wait_for("held", 1); // one is through, with 429, and the other is alone
    x_iam.release();
    EXPECT_EQ(first.get() + second.get(), 429 + 201);
}

TEST(Standin, EndsCleanlyAtATerminationSignal) {
    iam_standin iam;
    auto idle = iam.connect();
    EXPECT_EQ(idle.get("/v3").status, 200);
    iam.program().signal(SIGTERM);
    EXPECT_EQ(iam.program().wait_exit(), 0);
    EXPECT_EQ(iam.program().err(), "");
}

TEST(Standin, ReadsItsSettingsAndPeopleFromAFile) {
    const temp_dir directory;
    const auto config = directory.write("iam.json", R"({
        "settings": {"token_size": 100}, "users": [{"name": "ci-bot", "password": "another"}]})");
    const auto ports = directory / "ports";
    const iam_standin iam({.more = {"--config", config, "--port-file", ports}});
    const auto reply = iam.connect().request("POST", "/v3/auth/tokens", {}, password_login("", "another"));
    EXPECT_EQ(reply.header("X-Subject-Token").size(), 100);
    EXPECT_THAT(read_file(ports), HasSubstr("ready http://127.0.0.1:" + std::to_string(iam.port()) + "\n"));
}

TEST(Standin, SaysWhatIsWrongWithItsOptions) {
    const auto wrong = run({iam_standin::executable(), "--listen", "localhost"});
    EXPECT_EQ(wrong.status, 1);
    EXPECT_THAT(wrong.err, HasSubstr("\"localhost\" is not a numeric ADDRESS:PORT"));
    EXPECT_EQ(run({iam_standin::executable(), "--no-such-option"}).status, 2);
}

} // namespace
} // namespace tokenward::support
