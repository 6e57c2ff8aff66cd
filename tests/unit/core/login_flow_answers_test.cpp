// What each answer of the IAM's makes a login flow do: one login, one row.
#include "tests/unit/core/login_flow_fixture.hpp"

#include <ostream>

namespace tokenward::testing {
namespace {

struct row {
    const char* what;
    std::function<login_answer()> answer;
    errc told;
    retry_rule retry;
    bool paced;          ///< the guard sees to the pace of the next try
    std::size_t counted; ///< logins in the guard's window
    unsigned refusals;   ///< of the secret
    bool settles;        ///< a login for no scope follows
};

std::ostream& operator<<(std::ostream& out, const row& each) {
    return out << each.what;
}

login_answer overload() {
    login_answer made = failed(503);
    std::get<fetch_failure>(made.result.outcome).error.retry_after = 5s;
    return made;
}

login_answer gateway(unsigned status) {
    login_answer made = failed(status);
    made.reach = login_reach::answer_lost;
    return made;
}

login_answer wrong_passcode() {
    login_answer made = refused();
    made.status = 400;
    return made;
}

login_answer of_another_request() {
    login_answer made = failed(201, errc::iam_protocol);
    made.reach = login_reach::answer_lost;
    return made;
}

login_answer token_without_sense() {
    login_answer made = failed(201, errc::iam_protocol);
    made.about_secret = secret_verdict::accepted;
    return made;
}

class LoginFlowAnswer : public ::testing::TestWithParam<row> {};

TEST_P(LoginFlowAnswer, CountsAndIsToldAsTheTableSays) {
    const row& is = GetParam();
    flow_bench b;
    b.identity.rescope = rescope_mode::off;
    b.iam = [&](const login_request&) { return is.answer(); };
    const fetch_result made = b.fetch(project("a"));
    ASSERT_EQ(token_in(made), nullptr);
    EXPECT_EQ(failure_in(made).error.code, is.told);
    EXPECT_EQ(failure_in(made).retry, is.retry);
    EXPECT_EQ(failure_in(made).paced, is.paced);
    EXPECT_EQ(b.guard.recent_attempts(b.user, b.now.boot), is.counted);
    EXPECT_EQ(b.guard.refusals(b.user, b.digest("first")), is.refusals);
    std::vector<std::string> sent{"password first for project:a"};
    if (is.settles) sent.emplace_back("password first for unscoped");
    EXPECT_EQ(b.did, sent);
}

using enum retry_rule;
INSTANTIATE_TEST_SUITE_P(
    Of, LoginFlowAnswer,
    ::testing::Values(
        row{"400", [] { return failed(400, errc::iam_protocol, remember); }, errc::iam_protocol, remember,
            false, 0, 0, false},
        row{"400 wrong passcode", wrong_passcode, errc::credential_rejected, rearm, false, 2, 2, true},
        row{"401", refused, errc::credential_rejected, rearm, false, 2, 2, true},
        row{"401 locked", [] { return failed(401, errc::credential_rejected, remember); },
            errc::credential_rejected, remember, false, 1, 0, false},
        row{"401 receipt", [] { return wants_passcode("r"); }, errc::passcode_required, rearm, false, 0, 0,
            false},
        row{"403", [] { return no_such_scope(403); }, errc::no_such_resource, remember, false, 0, 0, false},
        row{"404", [] { return no_such_scope(404); }, errc::no_such_resource, remember, false, 0, 0, false},
        row{"409", [] { return failed(409); }, errc::iam_unavailable, back_off, true, 1, 0, false},
        row{"429", [] { return failed(429); }, errc::iam_unavailable, back_off, false, 0, 0, false},
        row{"408", [] { return failed(408); }, errc::iam_unavailable, back_off, false, 0, 0, false},
        row{"425", [] { return failed(425); }, errc::iam_unavailable, back_off, false, 0, 0, false},
        row{"500", [] { return failed(500); }, errc::iam_unavailable, back_off, true, 1, 0, false},
        row{"502", [] { return gateway(502); }, errc::iam_unavailable, back_off, true, 1, 0, false},
        row{"503", [] { return failed(503); }, errc::iam_unavailable, back_off, true, 1, 0, false},
        row{"503 overload", overload, errc::iam_unavailable, back_off, false, 0, 0, false},
        row{"504", [] { return gateway(504); }, errc::iam_unavailable, back_off, true, 1, 0, false},
        row{"307", [] { return failed(307, errc::iam_protocol); }, errc::iam_protocol, back_off, false, 0, 0,
            false},
        row{"200", [] { return failed(200, errc::iam_protocol); }, errc::iam_protocol, back_off, true, 1, 0,
            false},
        row{"201 of another request", of_another_request, errc::iam_protocol, back_off, true, 1, 0, false},
        row{"201 without sense", token_without_sense, errc::iam_protocol, back_off, false, 0, 0, false},
        row{"a reset", [] { return unanswered(login_reach::answer_lost); }, errc::iam_unavailable, back_off,
            true, 1, 0, false},
        row{"no connection", [] { return unanswered(login_reach::not_sent); }, errc::iam_unavailable,
            back_off, true, 0, 0, false},
        row{"a cancellation", [] { return unanswered(login_reach::called_off); }, errc::iam_unavailable,
            back_off, false, 0, 0, false}));

TEST(LoginFlow, LostAnswersToASecretThatHasWorkedAreNotPacedByTheGuard) {
    flow_bench b;
    b.iam = [](const login_request&) { return granted(make_token("a", t0)); };
    ASSERT_NE(token_in(b.fetch(project("a"))), nullptr);
    b.iam = [](const login_request&) { return failed(500); };
    const fetch_result made = b.fetch(project("a"));
    EXPECT_FALSE(failure_in(made).paced);
    EXPECT_EQ(b.guard.recent_attempts(b.user, b.now.boot), 0U);
}

TEST(LoginFlow, ASecretThatCanNotBeReadIsNoLogin) {
    flow_bench b;
    b.unreadable = "the password is empty";
    const fetch_result made = b.fetch(project("a"));
    EXPECT_EQ(failure_in(made).error.code, errc::iam_unavailable);
    EXPECT_EQ(failure_in(made).error.detail, "no login: the password is empty");
    EXPECT_EQ(failure_in(made).retry, back_off);
    EXPECT_EQ(b.logins, 0);
}

TEST(LoginFlow, ARejectedSecretIsToldWithoutALogin) {
    flow_bench b;
    EXPECT_EQ(failure_in(b.fetch(project("a"))).retry, rearm);
    b.did.clear();
    const fetch_result again = b.fetch(project("b"));
    EXPECT_EQ(failure_in(again).error.code, errc::credential_rejected);
    EXPECT_EQ(failure_in(again).retry, rearm);
    EXPECT_TRUE(failure_in(again).withheld);
    EXPECT_EQ(b.did, std::vector<std::string>{});
}

TEST(LoginFlow, AnIamThatIsAwayIsProbedBeforeALoginAndTheSilenceIsTold) {
    flow_bench b;
    b.iam = [](const login_request&) { return unanswered(login_reach::not_sent); };
    b.fetch(project("a"));
    b.step(2s);
    b.did.clear();
    b.probe_answers = false;
    const fetch_result silent = b.fetch(project("a"));
    EXPECT_EQ(b.did, std::vector<std::string>{"probe"});
    EXPECT_NE(failure_in(silent).error.detail.find("it is silent; the credential of ci"), std::string::npos);
    EXPECT_FALSE(failure_in(silent).withheld) << "the IAM was asked";
    EXPECT_TRUE(failure_in(silent).paced);
    b.step(2s);
    b.did.clear();
    b.probe_answers = true;
    b.iam = [&](const login_request&) { return granted(make_token("a", b.now.boot)); };
    EXPECT_NE(token_in(b.fetch(project("a"))), nullptr);
    EXPECT_EQ(b.did, (std::vector<std::string>{"probe", "password first for project:a"}));
}

} // namespace
} // namespace tokenward::testing
