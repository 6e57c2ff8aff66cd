// See failure_log.hpp.
#include "daemon/local/net/failure_log.hpp"

#include "daemon/base/log.hpp"

#include <utility>

namespace tokenward::local {

void failure_log::tell(const char* what, instant now) noexcept {
    ++x_untold;
    if (x_told && now - *x_told < std::chrono::seconds(1)) return;
    x_told = now;
    log::error("connection_failed", {}, "{} connections ended by failures inside the daemon, the last by: {}",
               std::exchange(x_untold, 0), what);
}

} // namespace tokenward::local
