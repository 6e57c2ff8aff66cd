// What outlives a restart: gathered while the daemon runs, checked when it starts.
#pragma once

#include "daemon/core/config.hpp"
#include "daemon/core/guard_store.hpp"
#include "daemon/core/kept_state.hpp"
#include "daemon/core/lockout_guard.hpp"
#include "daemon/service/token_service.hpp"

#include <map>
#include <optional>
#include <string>

namespace tokenward {

/// Knows the digest of each identity's login: state is kept with it, and restored only for the same login.
/// One thread.
class restart_state {
  public:
    explicit restart_state(const config& initial);

    /// After a reload: the logins are those of `c` from now on.
    void configure(const config& c);

    /// The part of `before`, left by an earlier run, that may be restored under `initial`. Logs what is left
    /// out.
    kept_state select(kept_state before, const config& initial, instant now) const;

    /// All that a later run may restore.
    kept_state gather(const token_service& service, const guard_memory& guard) const;

  private:
    std::map<std::string, login_digest> x_logins; // by identity
};

/// The lockout guard's memory in `state`, if there is one. Logs one that can't be read.
std::optional<guard_memory> guard_memory_in(const kept_state& state);

} // namespace tokenward
