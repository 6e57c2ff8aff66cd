// `tokenward status`: what people must be told, and the table refreshed in place.
#include "command_run.hpp"
#include "fake_daemon.hpp"
#include "terminal_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <signal.h>

#include <ctime>

using namespace tokenward;
using namespace tokenward::test;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

/// A status whose password ends so many seconds from now.
std::string password_ends_in(long seconds) {
    const std::time_t at = std::time(nullptr) + seconds;
    std::tm parts{};
    gmtime_r(&at, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return R"({"identities":[{"identity":"ci","password_expires_at":")" + std::string(text) +
           R"(","scopes":[]}]})";
}

std::string shown(const std::string& status) {
    fake_daemon daemon({json_answer(status)});
    return run_at(daemon, {"status"}).out;
}

constexpr long day = 86400;

} // namespace

TEST(Status, APasswordThatEndsSoonIsTold) {
    EXPECT_THAT(shown(password_ends_in(3 * day + 7200 + 60)),
                HasSubstr("\nci: the password ends in 3d 2h: "));
    EXPECT_THAT(shown(password_ends_in(-day)), HasSubstr("\nci: the password has ended: "));
    EXPECT_THAT(shown(password_ends_in(15 * day)), Not(HasSubstr("password")));
    EXPECT_THAT(shown(R"({"identities":[{"identity":"ci","password_expires_at":null,"scopes":[]}]})"),
                Not(HasSubstr("password")));
}

TEST(Status, RulesThatActForWantOfKnowledgeAreTold) {
    EXPECT_THAT(
        shown(
            R"({"identities":[{"identity":"ci","scopes":[],"warnings":["deny rule 1: \u001bone","two"]}]})"),
        AllOf(HasSubstr("\nci: deny rule 1: "), HasSubstr("one\n\nci: two\n"), Not(HasSubstr("\x1b"))));
    EXPECT_THAT(shown(R"({"identities":[{"identity":"ci","scopes":[]}]})"), Not(HasSubstr("ci:")));
}

TEST(Status, NoNameTurnsTheLineRound) {
    const std::string out = shown("{\"identities\":[{\"identity\":\"ci\",\"scopes\":[{\"scope\":\"project:"
                                  "Мюнхен\u202e\u2066\u061c\",\"state\":\"failed\"}]}]}");
    EXPECT_THAT(out, HasSubstr("project:Мюнхен??? "));
    EXPECT_THAT(out, Not(HasSubstr("\u202e")));
}

TEST(StatusAtATerminal, IsRefreshedInPlaceUntilASignal) {
    std::string second = status_document;
    second.replace(second.find("71999"), 5, "71939");
    for (const int number : {SIGINT, SIGTERM}) {
        fake_daemon daemon({json_answer(status_document), json_answer(second), json_answer(second),
                            json_answer(second), json_answer(second)});
        terminal_session session({TOKENWARD_COMMAND, "status", "--watch"},
                                 {"TOKENWARD_SOCKET=" + daemon.path(), "TERM=dumb"});
        session.expect("19h 59m");
        session.expect("\033[4A\r\033[J"); // up over the heading and three lines
        session.expect("19h 58m");
        session.expect("\033[?7h"); // lines wrap again
        session.signal(number);
        EXPECT_EQ(session.wait_change(), 0);
    }
}

TEST(StatusAtATerminal, ADaemonThatGoesIsShownAndWaitedFor) {
    fake_daemon daemon(std::vector{then_hang_up({json_answer(status_document)})});
    terminal_session session({TOKENWARD_COMMAND, "status", "-w"}, {"TOKENWARD_SOCKET=/nonexistent/socket"});
    session.expect("no daemon at /nonexistent/socket");
    session.expect("no daemon at /nonexistent/socket");
    session.type("\x03");
    EXPECT_EQ(session.wait_change(), 0);
}
