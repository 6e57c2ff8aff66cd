// Sets resource limits and process attributes.
#include "daemon/app/process_hardening.hpp"

#include "common/posix.hpp"
#include "common/secret_memory.hpp"
#include "daemon/base/log.hpp"

#include <cerrno>
#include <csignal>

#include <sys/prctl.h>
#include <sys/resource.h>

namespace tokenward {
namespace {

void limit(__rlimit_resource what, const char* name, bool to_nothing) {
    rlimit bounds{};
    if (getrlimit(what, &bounds) == 0) {
        if (to_nothing)
            bounds = {0, 0};
        else
            bounds.rlim_cur = bounds.rlim_max;
        if (setrlimit(what, &bounds) == 0) return;
    }
    log::warning("limit_not_set", {}, "can't set {}: {}", name, error_text(errno));
}

} // namespace

void protect_process() {
    (void)std::signal(SIGPIPE, SIG_IGN); // it is a signal that can be ignored
    limit(RLIMIT_CORE, "RLIMIT_CORE", true);
    limit(RLIMIT_NOFILE, "RLIMIT_NOFILE", false);
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        log::warning("dumpable", {}, "can't turn off core dumps and tracing: {}", error_text(errno));
}

void check_secret_memory() {
    const auto memory = secret_memory::measure();
    if (memory.unlocked != 0)
        log::warning("memory_not_locked", {},
                     "{} bytes for secrets may be swapped out, mlock: {}; raise LimitMEMLOCK (ulimit -l)",
                     memory.unlocked, error_text(memory.lock_error));
}

std::size_t descriptor_limit() noexcept {
    rlimit bounds{};
    return getrlimit(RLIMIT_NOFILE, &bounds) == 0 ? bounds.rlim_cur : 1024; // getrlimit(2): it can't fail
}

} // namespace tokenward
