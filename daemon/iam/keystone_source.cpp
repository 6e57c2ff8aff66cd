// Carries out the steps of login flows, and reports their results.
#include "daemon/iam/keystone_source.hpp"

#include "daemon/base/log.hpp"
#include "daemon/iam/totp.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <optional>
#include <utility>

namespace tokenward::iam {

namespace asio = boost::asio;
using action = login_step::action;

/// A flow and the turns that it holds. At the end of its life, also by a cancellation, the flow is abandoned.
struct keystone_source::running_flow {
    running_flow(std::unique_ptr<login_flow> of, keystone_source& by) : flow(std::move(of)), source(by) {}
    running_flow(const running_flow&) = delete;
    running_flow& operator=(const running_flow&) = delete;
    ~running_flow() {
        if (!flow->has_open_login()) return;
        flow->abandon(sent_whole, source.x_time.now().boot);
        source.x_guard.save();
    }

    /// To be called after each step of the flow: saves the counters, returns turns, and logs notes.
    void settle() {
        source.x_guard.save();
        if (!flow->holds_user_turn()) user_turn.reset();
        if (!flow->holds_parent_turn()) parent_turn.reset();
        for (const login_note& note : flow->take_notes())
            log::write(note.is_warning ? log::level::warning : log::level::info, note.event,
                       {.identity = source.x_identity.name}, note.text);
    }

    std::unique_ptr<login_flow> flow;
    keystone_source& source;
    std::optional<turn_queue::turn> user_turn{};
    std::optional<turn_queue::turn> parent_turn{};
    bool sent_whole = false; ///< the IAM may have all of the request that is under way
};

keystone_source::keystone_source(asio::any_io_executor executor, identity_config identity, const clock& time,
                                 login_guard& guard, secret_reading_function read)
    : x_identity(std::move(identity)), x_time(time), x_guard(guard), x_executor(executor),
      x_client(executor, x_identity, time), x_secrets(executor, x_identity.auth, guard, std::move(read)),
      x_state(x_identity, x_client.user(), guard.rules()), x_parent_turn(executor) {}

asio::awaitable<fetch_result> keystone_source::fetch(scope target, duration at_least) {
    auto flow = std::make_unique<login_flow>(x_state, std::move(target), at_least);
    co_return co_await run(std::move(flow));
}

asio::awaitable<result<void>> keystone_source::give_passcode(std::shared_ptr<const secret> passcode) {
    auto flow = std::make_unique<login_flow>(x_state, std::move(passcode));
    fetch_result made = co_await run(std::move(flow));
    result<void> accepted;
    if (auto* failure = std::get_if<fetch_failure>(&made.outcome)) accepted = std::move(failure->error);
    co_return accepted;
}

asio::awaitable<fetch_result> keystone_source::run(std::unique_ptr<login_flow> flow) {
    running_flow running(std::move(flow), *this);
    login_event nothing_yet;
    login_step step = running.flow->resume(std::move(nothing_yet), time());
    running.settle();
    while (step.what != action::done) {
        login_event event = co_await take(std::move(step), &running);
        step = running.flow->resume(std::move(event), time());
        running.settle();
    }
    co_return std::move(running.flow->outcome());
}

asio::awaitable<login_event> keystone_source::take(login_step step, running_flow* of) {
    login_event came;
    switch (step.what) {
    case action::read_secrets: came = co_await x_secrets.read(); break;
    case action::wait_for_user: {
        turn_queue::turn mine = co_await x_guard.take_turn(x_state.who);
        of->user_turn.emplace(std::move(mine));
        break;
    }
    case action::wait_for_parent: {
        turn_queue::turn mine = co_await x_parent_turn.take();
        of->parent_turn.emplace(std::move(mine));
        break;
    }
    case action::probe: came = co_await x_client.probe(); break;
    case action::ask_time: came = co_await x_client.ask_time(); break;
    case action::record: co_await x_guard.written(); break;
    case action::wait: {
        asio::steady_timer timer(x_executor, step.pause);
        co_await timer.async_wait(asio::use_awaitable);
        break;
    }
    case action::send: came = co_await send(std::move(step.request), of); break;
    case action::describe: came = co_await x_client.describe(step.subject.get()); break;
    case action::validate: came = co_await x_client.judge(step.subject.get()); break;
    case action::done: break;
    }
    co_return came;
}

asio::awaitable<login_event> keystone_source::send(login_request request, running_flow* of) {
    std::shared_ptr<const secret> passcode = request.passcode;
    if (request.totp_key)
        passcode = std::make_shared<const secret>(
            totp_passcode(*request.totp_key, request.totp_step, x_identity.auth.totp->digits));
    login_proof proof{.method = request.method,
                      .value = request.value.get(),
                      .passcode = passcode.get(),
                      .omit_unscoped = request.omit_unscoped};
    if (request.parent) {
        proof.value = &request.parent->value;
        proof.holder = &request.parent->user;
    }
    of->sent_whole = false;
    login_answer answer =
        co_await x_client.log_in(proof, request.target, request.receipt.get(), &of->sent_whole);
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none && !of->sent_whole)
        answer.reach = login_reach::called_off;
    login_event came(std::move(answer));
    co_return came;
}

asio::awaitable<validation> keystone_source::validate(credential_ptr subject) {
    co_return co_await x_client.judge(&subject->value);
}

login_time keystone_source::time() const {
    const moment now = x_time.now();
    return {
        .boot = now.boot, .iam = x_client.iam_time(now), .iam_known = x_client.clock_offset().has_value()};
}

kept_source keystone_source::keep() const {
    kept_source kept = x_state.keep();
    kept.clock_offset = x_client.clock_offset();
    return kept;
}

void keystone_source::restore(kept_source before) {
    if (before.clock_offset) x_client.restore_clock_offset(*before.clock_offset);
    x_state.restore(std::move(before));
}

login_standing keystone_source::standing() const {
    const lockout_guard& rules = x_guard.rules();
    return {.refusals = x_state.last_tried ? rules.refusals(x_state.who, *x_state.last_tried) : 0,
            .attempts = rules.recent_attempts(x_state.who, x_time.now().boot)};
}

} // namespace tokenward::iam
