// The program tokenwardd: reads the command line and starts the daemon or the check.
#include "daemon/app/check.hpp"
#include "daemon/app/daemon.hpp"
#include "daemon/base/log.hpp"

#include <CLI/CLI.hpp>

#include <exception>
#include <string>

namespace {

const std::string footer =
    R"(Signals: SIGHUP re-reads the configuration (a bad file changes nothing), SIGUSR1 turns debug messages on and off,
SIGTERM and SIGINT end the daemon.
Exit status: 0 ended as asked, 1 can't serve, 2 the configuration or the command line is at fault.

Example: tokenwardd --config ./tokenward.yaml --socket ./tokenward.sock)";

} // namespace

int main(int argc, char** argv) {
    tokenward::daemon_options options;
    bool check = false;
    CLI::App cli{
        "Holds cloud credentials in memory, keeps their tokens fresh and serves them over a Unix socket.",
        "tokenwardd"};
    cli.add_option("--config", options.config_path, "the configuration, YAML")
        ->capture_default_str()
        ->type_name("FILE");
    cli.add_flag("--check", check,
                 "validate the configuration, print every fault as FILE:LINE, and exit 0 or 2");
    cli.add_option("--socket", options.socket_path, "serve here, whatever the configuration says")
        ->type_name("PATH");
    cli.add_option("--log-level", options.log_level, "debug, info, warning or error")
        ->capture_default_str()
        ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
        ->type_name("LEVEL");
    cli.set_version_flag("--version", "tokenwardd " TOKENWARD_VERSION);
    cli.footer(footer);
    try {
        cli.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return cli.exit(e) == 0 ? 0 : 2;
    }
    try {
        return check ? tokenward::check_config(options.config_path) : tokenward::run_daemon(options);
    } catch (const std::exception& e) {
        tokenward::log::error("not_started", {}, "tokenwardd can't start: {}", e.what());
        return 1;
    }
}
