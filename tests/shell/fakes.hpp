// A clock that a test steps, and an upstream that answers when a test says so.
#pragma once

#include "daemon/base/clock.hpp"
#include "daemon/core/token_source.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace tokenward::testing {

using namespace std::chrono_literals;

struct fake_clock final : clock {
    moment at{instant(1000h), wall_time(1'800'000'000s)};
    moment now() const override { return at; }
    void step(duration by) {
        at.boot += by;
        at.wall += std::chrono::duration_cast<std::chrono::microseconds>(by);
    }
};

/// Holds every fetch until answer() or fail() is called; counts.
class fake_source final : public token_source {
  public:
    fake_source(boost::asio::any_io_executor executor, const clock& time)
        : x_executor(executor), x_time(time) {}

    boost::asio::awaitable<fetch_result> fetch(scope target, duration least) override {
        at_least = least;
        ++fetches;
        auto mine = std::make_shared<pending>(
            pending{target, x_time.now().boot, boost::asio::steady_timer(x_executor, never_ends()), {}});
        x_pending.push_back(mine);
        boost::system::error_code cancelled_wait;
        co_await mine->ended.async_wait(
            boost::asio::redirect_error(boost::asio::use_awaitable, cancelled_wait));
        cancelled += static_cast<int>(std::erase(x_pending, mine)); // nobody answered: it was told to end
        co_return std::move(mine->answer);
    }

    boost::asio::awaitable<validation> validate(credential_ptr) override {
        ++validations;
        if (hold_words) co_await be_held();
        co_return validation{verdict};
    }
    /// Ends the oldest validation or passcode that is held; with the verdict of this moment.
    void end_word() {
        x_held.front()->cancel();
        x_held.pop_front();
    }

    boost::asio::awaitable<result<void>> give_passcode(std::shared_ptr<const secret> passcode) override {
        ++passcodes;
        if (hold_words) co_await be_held();
        result<void> accepted;
        if (passcode->reveal() == right_passcode) co_return accepted;
        problem wrong{errc::credential_rejected, "wrong"};
        co_return wrong;
    }

    bool secret_changed() override { return changed; }

    /// Ends the oldest fetch with a token of this name.
    void answer(const std::string& name, duration life = 3600s) {
        auto t = std::make_shared<token>();
        t->value = secret("value of " + name);
        t->fingerprint = "sha256:" + name;
        t->lifetime = life;
        answer(std::move(t));
    }
    /// Ends the oldest fetch with this token; it is minted when that fetch began.
    void answer(std::shared_ptr<token> t) {
        t->minted = x_pending.front()->started;
        end({.outcome = std::move(t)});
    }
    void fail(errc code = errc::iam_unavailable, retry_rule retry = retry_rule::back_off) {
        end({.outcome = fetch_failure{{code, "no"}, retry}});
    }
    std::size_t waiting() const { return x_pending.size(); }

    int fetches = 0;
    int cancelled = 0; ///< of these
    int validations = 0;
    int passcodes = 0;
    duration at_least{}; ///< what the last fetch asked for
    std::string right_passcode = "123456";
    validity verdict = validity::alive;
    bool hold_words = false; ///< validations and passcodes, until end_word()
    bool changed = false;
    std::optional<wall_time> iam_date{}; ///< what the IAM's clock says in the answers to fetches

  private:
    struct pending {
        scope target;
        instant started;
        boost::asio::steady_timer ended;
        fetch_result answer;
    };
    static std::chrono::steady_clock::time_point never_ends() {
        return std::chrono::steady_clock::time_point::max();
    }
    boost::asio::awaitable<void> be_held() {
        auto released = std::make_shared<boost::asio::steady_timer>(x_executor, never_ends());
        x_held.push_back(released);
        boost::system::error_code ended;
        co_await released->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ended));
    }
    void end(fetch_result r) {
        auto first = x_pending.front();
        x_pending.pop_front();
        r.iam_date = iam_date;
        first->answer = std::move(r);
        first->ended.cancel();
    }

    boost::asio::any_io_executor x_executor;
    const clock& x_time;
    std::deque<std::shared_ptr<pending>> x_pending;
    std::deque<std::shared_ptr<boost::asio::steady_timer>> x_held;
};

} // namespace tokenward::testing
