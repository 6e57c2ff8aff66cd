// The secrets of one identity as its logins read them.
#include "daemon/iam/login_secrets.hpp"
#include "daemon/kept/guard_file.hpp"
#include "tests/support/temp_dir.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tokenward::iam {
namespace {

namespace asio = boost::asio;

class Credentials : public testing::Test {
  protected:
    /// So many logins at once; what each was given.
    std::vector<login_secret> read(std::size_t at_once) {
        std::vector<login_secret> given;
        auto keep = [&](std::exception_ptr failed, secrets_read all) {
            if (failed) std::rethrow_exception(failed);
            given.push_back(all.value().at(0));
        };
        for (std::size_t i = 0; i < at_once; ++i) asio::co_spawn(x_io, x_reader.read(), keep);
        x_io.restart();
        x_io.run();
        return given;
    }

    /// What one login is told; empty if it is given a credential.
    std::string error() {
        std::string why;
        auto keep = [&](std::exception_ptr failed, secrets_read all) {
            if (failed) std::rethrow_exception(failed);
            if (!all) why = all.error().detail;
        };
        asio::co_spawn(x_io, x_reader.read(), keep);
        x_io.restart();
        x_io.run();
        return why;
    }

    std::string x_password = "the first one";

  private:
    asio::io_context x_io{1};
    support::temp_dir x_state;
    kernel_clock x_clock;
    const guard_file x_file{x_state / "state"};
    login_guard x_guard{x_io.get_executor(), x_clock, x_file};
    auth_config x_auth;
    login_secrets x_reader{
        x_io.get_executor(), x_auth, x_guard,
        [this](const secret_ref&, std::string_view) -> result<secret> { return secret(x_password); }};
};

TEST_F(Credentials, AreMadeOnceForAllLoginsThatBeginTogether) {
    const std::vector<login_secret> first = read(20);
    ASSERT_EQ(first.size(), 20U);
    for (const login_secret& each : first)
        EXPECT_EQ(each.value, first[0].value) << "a digest takes 50 ms, one after the other";
    x_password = "the second one";
    const std::vector<login_secret> second = read(20);
    EXPECT_NE(second[0].digest, first[0].digest);
    for (const login_secret& each : second) EXPECT_EQ(each.value, second[0].value);
}

TEST_F(Credentials, AreAtLeastOneOrAnError) {
    for (const char* none : {"", "\n", "\n\n", " \r\n"}) {
        x_password = none;
        EXPECT_NE(error(), "");
    }
    x_password = "a good one";
    EXPECT_EQ(error(), "");
}

} // namespace
} // namespace tokenward::iam
