// A wrong password for a day of stepped time: the service, the real source and guard, and the stand-in as the
// IAM.
#include "daemon/base/log.hpp"
#include "daemon/iam/keystone_source.hpp"
#include "daemon/kept/guard_file.hpp"
#include "daemon/service/token_service.hpp"
#include "tests/shell/fakes.hpp"
#include "tests/support/iam_standin.hpp"
#include "tests/support/temp_dir.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace {

using namespace tokenward;
using namespace tokenward::testing;

class RefusedDay : public ::testing::Test {
  protected:
    RefusedDay() {
        log::set_level(log::level::error);
        iam.add_projects(20);
        identity_config ci;
        ci.name = "ci";
        ci.auth.auth_url = iam.auth_url();
        ci.auth.username = support::iam_standin::user;
        ci.auth.user_domain.name = support::iam_standin::domain;
        for (int i = 1; i <= 20; ++i) {
            const std::string n = std::to_string(i);
            ci.scopes.push_back({"s" + n, {scope_kind::project_name, "p-" + n, ci.auth.user_domain}});
        }
        config c;
        c.identities.push_back(std::move(ci));
        service.configure(std::move(c));
    }

    /// Runs until `holds`, woken by what comes from the IAM.
    template <class Predicate>
    void run_until(Predicate holds) {
        const auto limit = std::chrono::steady_clock::now() + support::patience;
        io.restart();
        while (!holds()) {
            ASSERT_LT(std::chrono::steady_clock::now(), limit);
            io.run_one_for(support::patience);
        }
    }

    void ask(int scope) {
        std::string name = std::to_string(scope);
        name.insert(name.begin(), 's');
        service.get(service.find("ci", name, time.now().boot)->id, {}, [this](result<served_token> r) {
            ++answers;
            if (r) ++tokens;
            if (!r && r.error().code == errc::credential_rejected) ++rejections;
        });
    }

    boost::asio::io_context io{1};
    support::iam_standin iam;
    support::temp_dir state;
    fake_clock time;
    std::string password = "stand-in-wrong-password";
    const guard_file file{state.path()};
    tokenward::iam::login_guard guard{io.get_executor(), time, file};
    token_service service{{
        .executor = io.get_executor(),
        .time = time,
        .jitter = [] { return 0.5; },
        .make_source =
            [this](const identity_config& i) {
                return std::make_shared<tokenward::iam::keystone_source>(
                    io.get_executor(), i, time, guard,
                    [this](const secret_ref&, std::string_view) -> result<secret> {
                        return secret(password);
                    });
            },
    }};
    int answers = 0, tokens = 0, rejections = 0;
};

} // namespace

TEST_F(RefusedDay, CostsTwoLoginsAndTheRightPasswordHealsItWithinTwoSeconds) {
    for (int i = 0; i < 100; ++i) ask(i % 20 + 1);
    run_until([&] { return answers == 100; });
    for (int minute = 0; minute < 24 * 60; ++minute) {
        time.step(60s);
        service.tick();
        for (int i = 0; i < 100; ++i) ask(i % 20 + 1);
        io.restart();
        io.poll();
    }
    EXPECT_EQ(answers, 100 + 24 * 60 * 100) << "nobody hangs";
    EXPECT_EQ(rejections, answers);
    EXPECT_EQ(iam.logins(), 2U);

    password = support::iam_standin::password;
    time.step(2s); // the longest that the look at a changed secret may take
    service.tick();
    for (int i = 1; i <= 20; ++i) ask(i);
    run_until([&] { return tokens == 20; });
    EXPECT_EQ(iam.state().logins.refused, 2U);
    EXPECT_EQ(iam.state().logins.succeeded, 20U);
}
