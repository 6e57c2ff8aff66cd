// See app_keeper.hpp. What is found at the start stands in app_restore.cpp.
#include "daemon/app_keeper.hpp"

#include "daemon/log.hpp"
#include "systemd/notify.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <algorithm>
#include <utility>

namespace tokenward {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

constexpr auto pause = 1s;            // between two states, unless something must not get lost
constexpr auto moment_of_rest = 50ms; // tokens that come together are kept together
constexpr auto patience = 5s;         // for the manager's word

} // namespace

/// Those who wait for the manager to have what was handed over before.
struct state_keeper::confirmation {
    confirmation(asio::io_context& io, unique_fd fd) : bell(io, fd.release()), limit(io, patience) {}

    asio::posix::stream_descriptor bell;
    asio::steady_timer limit;
    std::vector<std::function<void()>> waiting{};
};

state_keeper::state_keeper(asio::io_context& io, std::function<kept_state()> gather, const found_state& found)
    : x_io(io), x_gather(std::move(gather)), x_timer(io), x_names(found.names), x_number(found.newest) {}

void state_keeper::changed() {
    if (std::exchange(x_dirty, true)) return;
    x_timer.expires_at(std::max(x_pushed + pause, std::chrono::steady_clock::now() + moment_of_rest));
    x_timer.async_wait([this](boost::system::error_code cancelled) {
        if (!cancelled && x_dirty) push();
    });
}

void state_keeper::keep_now(std::function<void()> kept) {
    if (x_dirty) {
        x_timer.cancel();
        push();
        confirm();
    }
    if (!x_confirmation) return kept();
    x_confirmation->waiting.push_back(std::move(kept));
}

void state_keeper::flush() {
    x_timer.cancel();
    if (x_dirty) push();
    for (auto ended = x_confirmation; ended; ended = x_confirmation) end(ended, true);
}

void state_keeper::push() {
    x_dirty = false;
    const kept_state state = x_gather();
    if (state.entries.empty() && x_names.empty()) return; // the first tokens are yet to come
    x_pushed = std::chrono::steady_clock::now();
    const wiped_string bytes = format_kept_state(state);
    auto memory = systemd::sealed_memory::make(bytes);
    if (!memory) return complain(memory.error());
    const std::string name = "tokenward-state-" + std::to_string(++x_number);
    if (auto stored = systemd::store(name, memory->fd()); !stored) return complain(stored.error());
    x_memory = std::move(*memory);
    x_bytes = bytes.size();
    for (const std::string& old : x_names)
        if (auto gone = systemd::forget(old); !gone) complain(gone.error());
    x_names.assign(1, name);
    log::debug("state_kept", {}, "{} bytes are kept with the service manager as {}", x_bytes,
               x_names.front());
}

void state_keeper::confirm() {
    x_confirmation.reset(); // those who wait for it go on waiting for it
    auto barrier = systemd::barrier();
    if (!barrier) return complain(barrier.error());
    auto mine = std::make_shared<confirmation>(x_io, std::move(*barrier));
    x_confirmation = mine;
    mine->bell.async_wait(asio::posix::stream_descriptor::wait_read,
                          [this, mine](boost::system::error_code failed) {
                              if (failed != asio::error::operation_aborted) end(mine, true);
                          });
    mine->limit.async_wait([this, mine](boost::system::error_code cancelled) {
        if (!cancelled) end(mine, false);
    });
}

void state_keeper::end(const std::shared_ptr<confirmation>& ended, bool confirmed) {
    if (x_confirmation == ended) x_confirmation.reset();
    if (!confirmed) complain({errc::internal, "the service manager has not confirmed it within 5 s"});
    ended->limit.cancel();
    ended->bell.close();
    for (auto& kept : std::exchange(ended->waiting, {})) kept();
}

void state_keeper::complain(const problem& why) {
    if (!std::exchange(x_complained, true))
        log::warning("state_not_kept", {}, "tokens may not outlive a restart: {}", why.detail);
}

} // namespace tokenward
