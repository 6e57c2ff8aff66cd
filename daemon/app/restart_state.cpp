// Gathers the state for a restart, and selects what of it may be restored.
#include "daemon/app/restart_state.hpp"

#include "daemon/base/log.hpp"
#include "daemon/kept/guard_file.hpp"
#include "daemon/kept/selection.hpp"
#include "systemd/notify.hpp"

#include <utility>

namespace tokenward {

restart_state::restart_state(const config& initial) : x_logins(login_digests(initial)) {}

void restart_state::configure(const config& c) {
    x_logins = login_digests(c);
}

kept_state restart_state::select(kept_state before, const config& initial, instant now) const {
    kept_selection selected = select_kept(std::move(before), initial, x_logins, systemd::boot_id(), now);
    for (const kept_selection::unrestored_part& each : selected.unrestored)
        log::warning("state_refused", {.identity = each.identity, .scope = each.scope},
                     "not restored after the restart: {}", each.why);
    return std::move(selected.good);
}

kept_state restart_state::gather(const token_service& service, const guard_memory& guard) const {
    kept_state state = service.keep();
    state.boot_id = systemd::boot_id();
    if (!guard.users.empty()) state.guard = format_guard_memory(guard);
    for (kept_source& each : state.sources) each.of.login = x_logins.at(each.of.identity);
    for (kept_entry& each : state.entries) each.of.login = x_logins.at(each.of.identity);
    return state;
}

std::optional<guard_memory> guard_memory_in(const kept_state& state) {
    if (state.guard.empty()) return std::nullopt;
    auto memory = parse_guard_memory(state.guard);
    if (memory) return *memory;
    log::warning("state_refused", {}, "the lockout guard's memory is not restored after the restart: {}",
                 memory.error().detail);
    return std::nullopt;
}

} // namespace tokenward
