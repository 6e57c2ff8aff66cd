// Tells the service manager the daemon's status, and feeds its watchdog.
#include "daemon/app/manager_link.hpp"

#include "daemon/base/log.hpp"
#include "daemon/core/status_text.hpp"
#include "systemd/notify.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>
#include <utility>

namespace tokenward {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::microseconds status_pause = 5s;
constexpr std::chrono::microseconds starting_pause = 1s; // while a token is missing

} // namespace

manager_link::manager_link(boost::asio::io_context& io, const token_service& service)
    : x_service(service), x_timer(io), x_watchdog(systemd::watchdog_period()) {}

void manager_link::ready() {
    if (!systemd::is_managed()) return;
    tell_ready();
    wait();
}

void manager_link::reloading() {
    systemd::notify_reloading();
}

void manager_link::reloaded() {
    if (systemd::is_managed()) tell_ready();
}

// Repeated until the manager has received it: it ends a service that never becomes ready.
void manager_link::tell_ready() {
    std::string now_is = status();
    x_told_ready = systemd::notify_ready(now_is);
    if (x_told_ready) x_told = std::move(now_is);
}

void manager_link::stopping() {
    x_stopped = true; // its handler may be queued already, and would set the timer again
    x_timer.cancel();
    systemd::notify_stopping();
}

std::string manager_link::status() {
    status_facts seen{.reload_refused = x_service.counts().reload_refused};
    const instant now = x_service.now().boot;
    for (const identity_config& identity : x_service.configuration().identities)
        for (const scope_status& row : x_service.status(identity.name)) {
            ++seen.all;
            if (row.held == nullptr) ++seen.without_token;
            if (!row.renews) continue;
            const duration left = *row.renews - now;
            seen.next_renewal = seen.next_renewal ? std::min(*seen.next_renewal, left) : left;
        }
    x_complete = seen.without_token == 0;
    return status_text(seen);
}

void manager_link::wait() {
    const std::chrono::microseconds usual = x_complete && x_told_ready ? status_pause : starting_pause;
    x_timer.expires_after(x_watchdog ? std::min(*x_watchdog / 2, usual) : usual);
    auto over = [this](boost::system::error_code cancelled) {
        if (cancelled || x_stopped) return;
        try {
            tell();
        } catch (const std::bad_alloc&) {
            // The next call tells it.
        }
        wait();
    };
    try {
        x_timer.async_wait(std::move(over));
    } catch (
        const std::bad_alloc&) { // without a timer the watchdog would kill us, and the log would not say why
        throw std::runtime_error("there is no memory to feed the service manager's watchdog");
    }
}

void manager_link::tell() {
    // An event loop that runs while renewals are stuck is as bad as one that hangs.
    const bool late = !x_service.is_on_time();
    if (!late && x_watchdog) systemd::notify_alive();
    if (late && !std::exchange(x_late, late))
        log::warning("late", {}, "renewals are late: the service manager's watchdog is not fed");
    x_late = late;
    if (!x_told_ready) return tell_ready();
    std::string now_is = status();
    if (now_is != x_told && systemd::notify_status(now_is)) x_told = std::move(now_is);
}

} // namespace tokenward
