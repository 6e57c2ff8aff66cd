// The secrets of one identity as its logins read them.
#include "daemon/iam/credential.hpp"
#include "tests/support/temp_dir.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tokenward::iam {
namespace {

namespace asio = boost::asio;

class Credentials : public testing::Test {
  protected:
    /// So many logins at once; what each was given.
    std::vector<credential> read(std::size_t at_once) {
        std::vector<credential> given;
        auto keep = [&](std::exception_ptr failed, result<std::vector<credential>> all) {
            if (failed) std::rethrow_exception(failed);
            given.push_back(all.value().at(0));
        };
        for (std::size_t i = 0; i < at_once; ++i) asio::co_spawn(x_io, x_reader.read({}), keep);
        x_io.restart();
        x_io.run();
        return given;
    }

    std::string x_password = "the first one";

  private:
    asio::io_context x_io{1};
    support::temp_dir x_state;
    kernel_clock x_clock;
    login_guard x_guard{x_io.get_executor(), x_clock, x_state / "state"};
    auth_config x_auth;
    credential_reader x_reader{
        x_io.get_executor(), x_auth, x_guard,
        [this](const secret_ref&, std::string_view) -> result<secret> { return secret(x_password); }};
};

TEST_F(Credentials, AreMadeOnceForAllLoginsThatBeginTogether) {
    const std::vector<credential> first = read(20);
    ASSERT_EQ(first.size(), 20U);
    for (const credential& each : first)
        EXPECT_EQ(each.value, first[0].value) << "a digest takes 50 ms, one after the other";
    x_password = "the second one";
    const std::vector<credential> second = read(20);
    EXPECT_NE(second[0].digest, first[0].digest);
    for (const credential& each : second) EXPECT_EQ(each.value, second[0].value);
}

// As when a reload, or a refused token, ends a login whose digest is there, but is yet to be handed over, as
// it is while those of others are made. The metronome's beat is the time that one takes.
TEST(LoginGuard, OutlivesTheEndOfALoginWhoseDigestIsAboutToCome) {
    asio::io_context io{1};
    const support::temp_dir state;
    const kernel_clock clock;
    login_guard guard(io.get_executor(), clock, state / "one");
    login_guard metronome(io.get_executor(), clock, state / "two");
    auto of = std::make_shared<const secret>("any");
    std::map<std::size_t, asio::cancellation_signal> under_way;
    std::size_t begun = 0, ended = 0, beats = 0;
    auto begin = [&] {
        const std::size_t id = begun++;
        auto end = [&, id](std::exception_ptr, secret_digest) {
            ++ended;
            under_way.erase(id);
        };
        asio::co_spawn(io, guard.digest(of), asio::bind_cancellation_slot(under_way[id].slot(), end));
    };
    std::function<void()> wait_a_beat = [&] {
        auto beat = [&](std::exception_ptr, secret_digest) {
            begin();
            if (auto made = under_way.find(beats - 1); made != under_way.end())
                made->second.emit(asio::cancellation_type::terminal);
            if (++beats < 16) wait_a_beat();
        };
        asio::co_spawn(io, metronome.digest(of), beat);
    };
    for (int i = 0; i < 8; ++i) begin();
    wait_a_beat();
    io.run();
    EXPECT_EQ(ended, begun);
}

} // namespace
} // namespace tokenward::iam
