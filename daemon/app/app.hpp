// The daemon as a whole: the one place that names concrete types and joins the rooms.
#pragma once

#include <string>

namespace tokenward {

struct app_options {
    std::string config_path = "/etc/tokenward/tokenward.yaml";
    std::string socket_path{}; ///< empty: as configured, else the default order (common/socket_path.h)
    std::string log_level = "info";
};

/// Prints every fault of the file and of the secrets that it names. Returns the exit status: 0, or 2 if there
/// is an error among them.
int check_config(const std::string& path);

/// Serves until SIGTERM or SIGINT. Returns the exit status: 0 ended as asked, 1 can't serve (the log says
/// why), 2 the configuration is at fault. To be called once per process.
int run_daemon(const app_options& options);

} // namespace tokenward
