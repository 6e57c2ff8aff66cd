// Sends the state to the service manager, waits for confirmations, and tries again after a failure.
#include "daemon/kept/state_keeper.hpp"

#include "daemon/base/log.hpp"
#include "daemon/kept/format.hpp"
#include "systemd/notify.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace tokenward {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

constexpr auto pause = 1s;                          // between two states, except for keep_now()
constexpr auto gathering_time = 50ms;               // tokens that come together are sent together
constexpr auto confirmation_limit = 5s;             // how long to wait for the manager's confirmation
constexpr std::chrono::seconds longest_pause = 60s; // after failures

bool is_empty(const kept_state& state) {
    return state.entries.empty() && state.guard.empty() &&
           std::none_of(state.sources.begin(), state.sources.end(),
                        [](const kept_source& source) { return source.parent != nullptr; });
}

} // namespace

/// Callers that wait until the manager has confirmed a state: one already sent, or the next if sending
/// failed.
struct state_keeper::confirmation {
    explicit confirmation(asio::io_context& io) : barrier(io), limit(io, confirmation_limit) {}

    bool is_requested() const { return barrier.is_open(); }

    asio::posix::stream_descriptor barrier; // the manager closes its end
    asio::steady_timer limit;
    std::vector<std::function<void()>> waiting{};
};

state_keeper::state_keeper(asio::io_context& io, std::function<kept_state()> gather, const found_state& found)
    : x_io(io), x_gather(std::move(gather)), x_timer(io), x_names(found.names), x_number(found.newest) {}

void state_keeper::changed() {
    if (x_state == keeping::gathering || x_state == keeping::refused) return; // the timer is set already
    x_state = keeping::changed;
    send_later(keeping::gathering,
               std::max(x_last_sent + pause, std::chrono::steady_clock::now() + gathering_time));
}

void state_keeper::send_later(keeping why, std::chrono::steady_clock::time_point when) {
    x_timer.expires_at(when);
    x_timer.async_wait([this](boost::system::error_code cancelled) {
        if (!cancelled && x_state != keeping::kept) send();
    });
    x_state = why;
}

void state_keeper::keep_now(std::function<void()> kept) {
    if (x_state != keeping::kept) {
        // Callers that wait for an earlier state keep their own confirmation.
        if (!x_confirmation || x_confirmation->is_requested()) begin_confirmation();
        send();
    }
    if (!x_confirmation) return kept();
    x_confirmation->waiting.push_back(std::move(kept));
}

void state_keeper::begin_confirmation() {
    auto fresh = std::make_shared<confirmation>(x_io);
    fresh->limit.async_wait([this, fresh](boost::system::error_code cancelled) {
        if (!cancelled) end(fresh, false);
    });
    x_confirmation = std::move(fresh);
}

void state_keeper::flush() {
    x_timer.cancel();
    if (x_state != keeping::kept) send_state();
    for (auto ended = x_confirmation; ended; ended = x_confirmation) end(ended, true);
}

// On any failure the whole state is sent again: nobody may be told that it is stored when it is not.
void state_keeper::send() {
    x_timer.cancel();
    x_state = keeping::kept;
    const bool waited_for = x_confirmation && !x_confirmation->is_requested();
    if (send_state_guarded() && (!waited_for || request(x_confirmation))) {
        if (std::exchange(x_failures, 0) == 0) return;
        x_warned = false;
        return log::info("state_kept", {}, "tokens outlive a restart again");
    }
    x_state = keeping::changed;
    const auto until_next = std::min(pause * (1 << std::min(x_failures++, 6U)), longest_pause);
    send_later(keeping::refused, std::chrono::steady_clock::now() + until_next);
}

// Memory may be free again later, so this is a failure like others.
bool state_keeper::send_state_guarded() {
    try {
        return send_state();
    } catch (const std::bad_alloc&) {
        warn({errc::internal, "there is no memory"});
        return false;
    }
}

// False: it failed, and should be tried again.
bool state_keeper::send_state() {
    const kept_state state = x_gather();
    if (is_empty(state) && x_names.empty()) return true; // there is nothing to keep yet
    x_last_sent = std::chrono::steady_clock::now();
    return store(state);
}

bool state_keeper::store(const kept_state& state) {
    const wiped_string bytes = format_kept_state(state);
    auto memory = systemd::sealed_memory::make(bytes);
    if (!memory) {
        warn(memory.error());
        return memory.error().code == errc::too_large; // a second try would fail too
    }
    const std::string name = "tokenward-state-" + std::to_string(++x_number);
    if (auto stored = systemd::store(name, memory->fd()); !stored) {
        warn(stored.error());
        return false;
    }
    x_memory = std::move(*memory);
    x_bytes = bytes.size();
    std::erase_if(x_names, [](const std::string& old) { return bool(systemd::forget(old)); });
    x_names.push_back(name);
    log::debug("state_kept", {}, "{} bytes are kept with the service manager as {}", x_bytes, name);
    return true;
}

bool state_keeper::request(const std::shared_ptr<confirmation>& mine) {
    auto barrier = systemd::barrier();
    if (!barrier) {
        warn(barrier.error());
        return false;
    }
    mine->barrier.assign(barrier->release());
    mine->barrier.async_wait(asio::posix::stream_descriptor::wait_read,
                             [this, mine](boost::system::error_code failed) {
                                 if (failed != asio::error::operation_aborted) end(mine, true);
                             });
    return true;
}

void state_keeper::end(const std::shared_ptr<confirmation>& ended, bool confirmed) {
    if (x_confirmation == ended) x_confirmation.reset();
    if (!confirmed) warn({errc::internal, "the service manager has not confirmed it within 5 s"});
    ended->limit.cancel();
    ended->barrier.close();
    for (auto& kept : std::exchange(ended->waiting, {})) kept();
}

void state_keeper::warn(const problem& why) {
    if (!std::exchange(x_warned, true))
        log::warning("state_not_kept", {}, "tokens may not outlive a restart: {}", why.detail);
}

} // namespace tokenward
