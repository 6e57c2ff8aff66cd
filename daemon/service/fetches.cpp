// The coroutines towards the IAM. They take their parameters by value: the frame outlives whoever spawned it.
#include "daemon/service/fetches.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <string>
#include <utility>

namespace tokenward {

namespace asio = boost::asio;

// Shared by the coroutine, which sets `begun` first of all and looks at `cancelled` then, and by who spawned
// it with the slot of `cancel`. One that has not begun yet must not be signalled: Asio's own part of it would
// throw, out of the event loop (Boost 1.83; 1.81 lets it begin first). It sees for itself that it is not
// wanted.
struct fetches::task {
    bool begun = false;
    bool cancelled = false;
    asio::cancellation_signal signal{};

    /// Whether there is anything to do.
    bool begin() noexcept {
        begun = true;
        return !cancelled;
    }
    void end() {
        cancelled = true;
        if (begun) signal.emit(asio::cancellation_type::terminal);
    }
};

namespace {

problem internal_error(std::exception_ptr error) {
    std::string what = "unknown exception";
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& e) {
        what = e.what();
    } catch (...) {
    }
    return {errc::internal, "the login failed inside tokenward: " + what};
}

problem cancelled_error() {
    return {errc::iam_unavailable, "cancelled"};
}

template <class Task>
asio::awaitable<fetch_result> run_fetch(std::shared_ptr<Task> as, fetches::source_ptr source, scope target,
                                        duration at_least) {
    if (!as->begin()) co_return fetch_result{.outcome = fetch_failure{cancelled_error()}};
    co_return co_await source->fetch(std::move(target), at_least);
}

template <class Task>
asio::awaitable<validation> run_validation(std::shared_ptr<Task> as, fetches::source_ptr source,
                                           credential_ptr subject) {
    if (!as->begin()) co_return validation{};
    co_return co_await source->validate(std::move(subject));
}

// What is said comes by `said`: as a handler's argument, GCC 12 takes it for something that was not set.
template <class Task>
asio::awaitable<void> run_passcode(std::shared_ptr<Task> as, fetches::source_ptr source,
                                   std::shared_ptr<const secret> passcode,
                                   std::shared_ptr<result<void>> said) {
    if (as->begin()) *said = co_await source->give_passcode(std::move(passcode));
}

} // namespace

fetches::~fetches() {
    *x_alive = false;
}

void fetches::fetch(ticket id, source_ptr source, scope target, duration at_least, work_shares::share counted,
                    fetch_handler done) {
    auto as = std::make_shared<task>();
    auto end = [this, alive = x_alive, as, id, done = std::move(done)](std::exception_ptr error,
                                                                       fetch_result r) {
        if (!*alive) return;
        x_fetches.erase(id);
        if (error) r = {.outcome = fetch_failure{internal_error(error)}};
        done(std::move(r), as->cancelled);
    };
    x_fetches.emplace(id, running_fetch{as, std::move(counted)});
    try {
        asio::co_spawn(x_executor, run_fetch(as, std::move(source), std::move(target), at_least),
                       asio::bind_cancellation_slot(as->signal.slot(), std::move(end)));
    } catch (...) {
        x_fetches.erase(id);
        throw;
    }
}

void fetches::validate(ticket id, source_ptr source, credential_ptr subject,
                       std::function<void(validation)> done) {
    auto as = std::make_shared<task>();
    auto end = [this, alive = x_alive, as, id, done = std::move(done)](std::exception_ptr error,
                                                                       validation v) {
        if (!*alive) return;
        x_validations.erase(id);
        done(error ? validation{} : v);
    };
    x_validations.emplace(id, as);
    try {
        asio::co_spawn(x_executor, run_validation(as, std::move(source), std::move(subject)),
                       asio::bind_cancellation_slot(as->signal.slot(), std::move(end)));
    } catch (...) {
        x_validations.erase(id);
        throw;
    }
}

void fetches::give_passcode(std::uint64_t id, source_ptr source, std::shared_ptr<const secret> passcode,
                            std::function<void(result<void>)> done) {
    auto as = std::make_shared<task>();
    auto said = std::make_shared<result<void>>(cancelled_error());
    auto end = [this, alive = x_alive, as, said, id, done = std::move(done)](std::exception_ptr error) {
        if (!*alive) return;
        x_passcodes.erase(id);
        if (error) *said = problem{errc::internal, "the login failed inside tokenward"};
        done(std::move(*said));
    };
    x_passcodes.emplace(id, as);
    try {
        asio::co_spawn(x_executor, run_passcode(as, std::move(source), std::move(passcode), std::move(said)),
                       asio::bind_cancellation_slot(as->signal.slot(), std::move(end)));
    } catch (...) {
        x_passcodes.erase(id);
        throw;
    }
}

void fetches::cancel(ticket id) {
    if (auto found = x_fetches.find(id); found != x_fetches.end()) found->second.as->end();
}

void fetches::cancel_all() {
    for (auto& [id, running] : x_fetches) running.as->end();
    for (auto& [id, running] : x_validations) running->end();
    for (auto& [id, running] : x_passcodes) running->end();
}

} // namespace tokenward
