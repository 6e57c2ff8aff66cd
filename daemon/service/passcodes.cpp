// A person's passcode on its way to the login that it is for. A part of token_service.
#include "daemon/service/token_service.hpp"

#include "daemon/base/log.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <utility>

namespace tokenward {
namespace {

namespace asio = boost::asio;

// What is said comes by `said`: as a handler's argument, GCC 12 takes it for something that was not set.
asio::awaitable<void> run_passcode(std::shared_ptr<running_task> as, std::shared_ptr<token_source> source,
                                   std::shared_ptr<const secret> passcode,
                                   std::shared_ptr<result<void>> said) {
    as->begun = true;
    if (!as->cancelled) *said = co_await source->give_passcode(std::move(passcode));
}

} // namespace

// A wrong one is a refused login, of which the lockout guard lets the IAM see 4 in 15 minutes.
wait_id token_service::give_passcode(std::string_view identity, secret passcode, passcode_handler done,
                                     const requester& by) {
    if (x_stopped) {
        done(shutting_down());
        return 0;
    }
    if (auto within = charge(identity, by); !within) {
        done(within.error());
        return 0;
    }
    const wait_id id = x_next_wait++;
    const auto source = x_sources.find(identity)->second;
    auto running = std::make_shared<running_task>();
    auto said = std::make_shared<result<void>>(problem{errc::iam_unavailable, "cancelled"});
    auto end = [this, alive = x_alive, running, said, id, asked = std::weak_ptr(source),
                name = std::string(identity)](std::exception_ptr error) {
        if (*alive) x_passcodes.erase(id);
        if (!*alive || x_stopped) return;
        if (error) *said = problem{errc::internal, "the login failed inside tokenward"};
        const auto now_is = x_sources.find(name);
        end_passcode(id, name, now_is != x_sources.end() && now_is->second == asked.lock(), std::move(*said));
    };
    auto code = std::make_shared<const secret>(std::move(passcode));
    try {
        x_passcode_waiters.emplace(id, std::move(done));
        x_passcodes.emplace(id, running);
        asio::co_spawn(x_parts.executor, run_passcode(running, source, std::move(code), std::move(said)),
                       asio::bind_cancellation_slot(running->cancel.slot(), std::move(end)));
    } catch (...) {
        x_passcode_waiters.erase(id);
        x_passcodes.erase(id);
        throw;
    }
    return id;
}

// One that a login before the last reload was given says nothing of the login that there is now.
void token_service::end_passcode(wait_id id, const std::string& identity, bool is_current,
                                 result<void> said) {
    if (said && is_current) {
        log::info("passcode_accepted", {.identity = identity}, "a person's passcode was accepted");
        x_rejected.erase(identity);
        x_cache.rearm(identity, now().boot);
        keep_soon();
        tick();
    } else if (!said) {
        log::warning("passcode_refused", {.identity = identity}, "a person's passcode gave no login: {}",
                     said.error().detail);
    }
    auto waits = x_passcode_waiters.extract(id);
    if (!waits.empty()) waits.mapped()(std::move(said));
}

} // namespace tokenward
