// The line about connections that ended by failures inside the daemon, at most one a second.
#include "daemon/local/net/session_context.hpp"

#include "daemon/base/log.hpp"

#include <utility>

namespace tokenward::local {

void failure_log::report(const char* what, instant now) noexcept {
    ++x_unreported;
    if (x_last_line && now - *x_last_line < std::chrono::seconds(1)) return;
    x_last_line = now;
    log::error("connection_failed", {}, "{} connections ended by failures inside the daemon, the last by: {}",
               std::exchange(x_unreported, 0), what);
}

} // namespace tokenward::local
