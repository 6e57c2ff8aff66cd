// The daemon as a whole: joins all parts, and runs until a signal ends it.
#pragma once

#include <string>

namespace tokenward {

struct daemon_options {
    std::string config_path = "/etc/tokenward/tokenward.yaml";
    std::string socket_path{}; ///< empty: as configured, else the default order (common/socket_path.h)
    std::string log_level = "info";
};

/// Serves until SIGTERM or SIGINT. Returns the exit status: 0 after such a signal, 1 if it can't serve (the
/// log says why), 2 if the configuration has an error. To be called once per process.
int run_daemon(const daemon_options& options);

} // namespace tokenward
