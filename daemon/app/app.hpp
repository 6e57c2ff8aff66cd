// The daemon as a whole. Only this room names concrete types and joins the others.
#pragma once

#include <string>

namespace tokenward {

struct app_options {
    std::string config_path = "/etc/tokenward/tokenward.yaml";
    std::string socket_path{}; ///< empty: as configured, else the default order (common/socket_path.h)
    std::string log_level = "info";
};

/// Prints every fault of the file and of the secrets that it names. Returns the exit status: 2 if one is an
/// error, else 0.
int check_config(const std::string& path);

/// Serves until SIGTERM or SIGINT. Returns the exit status: 0 after such a signal, 1 if it can't serve (the
/// log says why), 2 if the configuration has an error. To be called once per process.
int run_daemon(const app_options& options);

} // namespace tokenward
