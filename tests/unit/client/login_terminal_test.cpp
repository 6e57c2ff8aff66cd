// `tokenward login` at a terminal: the code does not show, and the terminal stays as it was, whatever
// happens.
#include "command_run.hpp"
#include "fake_daemon.hpp"
#include "terminal_session.hpp"

#include "tests/support/eventually.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <signal.h>
#include <sys/wait.h>

using namespace tokenward;
using namespace tokenward::test;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

namespace {

const std::string prompt = "Passcode for ci: ";

/// `tokenward login ci` at a terminal.
struct Login : terminal_session {
    explicit Login(const fake_daemon& daemon)
        : terminal_session({TOKENWARD_COMMAND, "login", "ci"}, {"TOKENWARD_SOCKET=" + daemon.path()}) {}

    bool echoes() const { return (settings().c_lflag & ECHO) != 0; }

    /// Whether the settings are those of a new terminal.
    bool is_as_before() const {
        const termios now = settings();
        return now.c_iflag == x_before.c_iflag && now.c_oflag == x_before.c_oflag &&
               now.c_lflag == x_before.c_lflag && now.c_cflag == x_before.c_cflag;
    }

  private:
    const termios x_before = terminal_session({"/bin/true"}, {}).settings();
};

class LoginSignal : public testing::TestWithParam<int> {};

/// Types a code; the command ends well, and the terminal is as it was.
void finish(Login& login) {
    login.type("734091\n");
    EXPECT_EQ(login.wait_change(), 0);
    EXPECT_TRUE(login.is_as_before());
}

} // namespace

TEST(LoginAtATerminal, TheCodeDoesNotShow) {
    fake_daemon daemon({"HTTP/1.1 204 No Content\r\n\r\n"});
    Login login(daemon);
    login.expect(prompt);
    EXPECT_FALSE(login.echoes());
    login.type("73 4091\n");
    login.expect("ci: logged in");
    EXPECT_EQ(login.wait_change(), 0);
    EXPECT_TRUE(login.is_as_before());
    EXPECT_THAT(login.screen(), Not(HasSubstr("73")));
    EXPECT_EQ(login.screen(), prompt + "\r\ntokenward: ci: logged in\r\n");
    EXPECT_THAT(daemon.requests().at(0), EndsWith(R"({"passcode":"734091"})"));
}

TEST(LoginAtATerminal, ARefusalComesBackAndSoDoesTheEcho) {
    fake_daemon daemon({problem_answer(424, "credential_rejected", R"(,"detail":"IAM.1061")")});
    Login login(daemon);
    login.expect(prompt);
    login.type("734091\n");
    login.expect("IAM.1061");
    EXPECT_EQ(WEXITSTATUS(login.wait_change()), 6);
    EXPECT_TRUE(login.is_as_before());
}

TEST(LoginAtATerminal, CtrlDIsNoCode) {
    fake_daemon daemon(std::vector<std::string>{});
    Login login(daemon);
    login.expect(prompt);
    login.type("\x04");
    EXPECT_EQ(WEXITSTATUS(login.wait_change()), 2);
    EXPECT_TRUE(login.is_as_before());
    EXPECT_THAT(login.screen(), HasSubstr("nothing was sent"));
}

TEST(LoginAtATerminal, CtrlCEndsItWithTheTerminalInOrder) {
    fake_daemon daemon(std::vector<std::string>{});
    Login login(daemon);
    login.expect(prompt);
    EXPECT_FALSE(login.echoes());
    login.type("734\x03");
    const int status = login.wait_change();
    EXPECT_TRUE(WIFSIGNALED(status)) << status;
    EXPECT_EQ(WTERMSIG(status), SIGINT) << "so that a script around it ends too";
    EXPECT_TRUE(login.is_as_before());
    EXPECT_TRUE(daemon.requests().empty());
}

TEST_P(LoginSignal, EndsItWithTheTerminalInOrder) {
    fake_daemon daemon(std::vector<std::string>{});
    Login login(daemon);
    login.expect(prompt);
    login.signal(GetParam());
    EXPECT_EQ(WTERMSIG(login.wait_change()), GetParam());
    EXPECT_TRUE(login.is_as_before());
}
INSTANTIATE_TEST_SUITE_P(Each, LoginSignal, testing::Values(SIGTERM, SIGHUP, SIGQUIT));

TEST(LoginAtATerminal, CtrlZStopsItWithTheTerminalInOrderAndItAsksAnew) {
    fake_daemon daemon({"HTTP/1.1 204 No Content\r\n\r\n"});
    Login login(daemon);
    login.expect(prompt);
    for (int i = 0; i < 2; ++i) {
        login.type("111\x1a");
        const int status = login.wait_change();
        ASSERT_TRUE(WIFSTOPPED(status)) << status;
        EXPECT_EQ(WSTOPSIG(status), SIGTSTP);
        EXPECT_TRUE(login.is_as_before());
        login.signal(SIGCONT);
        login.expect(prompt);
        EXPECT_FALSE(login.echoes());
    }
    finish(login);
    EXPECT_THAT(daemon.requests().at(0), EndsWith(R"({"passcode":"734091"})")) << "what was begun is gone";
}

TEST(LoginAtATerminal, AfterAStopThatNobodyNoticesItDoesNotEcho) {
    fake_daemon daemon({"HTTP/1.1 204 No Content\r\n\r\n"});
    Login login(daemon);
    login.expect(prompt);
    login.signal(SIGSTOP);
    ASSERT_TRUE(WIFSTOPPED(login.wait_change()));
    login.signal(SIGCONT);
    login.expect(prompt);
    EXPECT_FALSE(login.echoes());
    finish(login);
}
