// Makes the parts of the daemon and joins them; handles its signals.
#include "daemon/app/daemon.hpp"

#include "daemon/app/manager_link.hpp"
#include "daemon/app/process_exit.hpp"
#include "daemon/app/process_hardening.hpp"
#include "daemon/app/restart_state.hpp"
#include "daemon/app/source_factory.hpp"
#include "daemon/app/startup_resources.hpp"
#include "daemon/base/clock.hpp"
#include "daemon/base/event_loop.hpp"
#include "daemon/base/log.hpp"
#include "daemon/config/config_file.hpp"
#include "daemon/kept/guard_file.hpp"
#include "daemon/kept/state_keeper.hpp"
#include "daemon/local/net/listening_socket.hpp"
#include "daemon/local/net/metrics_server.hpp"
#include "daemon/local/net/server.hpp"
#include "daemon/names/user_lookups.hpp"
#include "daemon/service/token_service.hpp"
#include "systemd/inherited.hpp"
#include "systemd/notify.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <csignal>
#include <memory>
#include <new>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

#include <unistd.h>

namespace tokenward {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

// How long a reload waits for a configuration that is a pipe: callers wait meanwhile.
constexpr auto pipe_patience = 1s;
// After SIGTERM: for answers that are under way, and for the whole process, which a disk or the service
// manager may block.
constexpr auto longest_stop = 1s;
constexpr auto longest_end = 1900ms;

void log_faults(const std::vector<config_fault>& faults) {
    for (const config_fault& f : faults) {
        if (f.severity == config_fault::level::error)
            log::error("config_fault", {}, "{}", to_string(f));
        else
            log::warning("config_fault", {}, "{}", to_string(f));
    }
}

/// The parts of the daemon. Handles its signals.
class daemon {
  public:
    daemon(const daemon_options& options, config initial, startup_resources resources)
        : x_options(options), x_sockets(initial.sockets), x_signals(x_io, SIGTERM, SIGINT, SIGHUP),
          x_restart_state(initial),
          x_kept(x_restart_state.select(std::move(resources.kept.state), initial, x_clock.now().boot)),
          x_keeper(
              x_io, [this] { return x_restart_state.gather(x_service, x_guard.memory()); }, resources.kept),
          x_users(x_io, x_clock, [this] { configure(x_service.configuration()); }),
          x_guard(x_io.get_executor(), x_clock, x_guard_file, guard_memory_in(x_kept)),
          x_sources(x_io.get_executor(), x_clock, x_guard),
          x_service({.executor = x_io.get_executor(),
                     .time = x_clock,
                     .jitter = [this] { return std::uniform_real_distribution<>(0.0, 1.0)(x_random); },
                     .make_source = [this](const identity_config& i) { return x_sources.make(i); },
                     .keep = systemd::has_store() ? &x_keeper : nullptr}),
          x_server(x_io, x_service,
                   {.own_uid = geteuid(),
                    .version = TOKENWARD_VERSION,
                    .started = x_clock.now().boot,
                    .limits = {.connections = local::connections_within(descriptor_limit())},
                    .directory = &x_users.directory()},
                   std::move(resources.sockets)) {
        x_signals.add(SIGUSR1);
        x_sources.take_variables(initial);
        if (systemd::has_store()) x_guard.on_change([this] { x_keeper.changed(); });
        x_service.restore(std::exchange(x_kept, {}));
        x_users.start(initial);
        configure(std::move(initial));
    }

    int run() {
        x_server.start();
        x_metrics.take_up(x_service.configuration().metrics);
        wait_for_signal();
        x_manager.ready();
        return run_event_loop(x_io, [this] { x_service.recover(); }) ? 0 : 1;
    }

  private:
    void wait_for_signal() {
        x_signals.async_wait([this](boost::system::error_code failed, int number) {
            if (!failed) handle_signal(number);
        });
    }

    // Out of memory ends the process: a configuration may be half applied, and no signal may be waited for
    // any more.
    void handle_signal(int number) {
        try {
            if (number == SIGUSR1) {
                toggle_debug();
                return wait_for_signal();
            }
            if (number == SIGHUP) {
                x_manager.reloading();
                if (!reload()) x_manager.reloaded();
                return wait_for_signal();
            }
            stop(number);
        } catch (const std::bad_alloc&) {
            throw std::runtime_error("no memory to handle a signal");
        }
    }

    void stop(int number) {
        x_signals.remove(SIGTERM);
        x_signals.remove(SIGINT);
        hold_end_signals();
        log::info("stopping", {}, "{}: finishing requests that are under way",
                  number == SIGTERM ? "SIGTERM" : "SIGINT");
        end_process_after(longest_end);
        x_manager.stopping();
        x_metrics.stop(longest_stop);
        x_server.stop(longest_stop, [] {});
        x_users.stop();
        x_service.stop(); // now, so that waiting callers are answered
        x_keeper.flush();
        end_process_at_signal(); // a second signal ends the process at once
    }

    // Switches between debug and the level given at the start.
    void toggle_debug() {
        const auto usual = log::parse_level(x_options.log_level).value_or(log::level::info);
        const bool debugs = log::current_level() == log::level::debug;
        log::set_level(debugs && usual != log::level::debug ? usual : log::level::debug);
        log::info("log_level", {}, "the log level is now {}", log::name_of(log::current_level()));
    }

    // False: the file has errors. Else apply() is called when the names in rules are known, or have taken too
    // long.
    bool reload() {
        parsed_config next = read_config(x_options.config_path, names_later(), pipe_patience);
        log_faults(next.faults);
        x_service.counts().reload_refused = !next.ok();
        if (!next.ok()) {
            log::error("reload_refused", {}, "{} has errors: the configuration in force is kept",
                       x_options.config_path);
            return false;
        }
        if (next.value.sockets != x_sockets)
            log::warning("reload", {}, "changes to sockets take effect at the next start");
        x_users.resolve(std::move(next.value), [this](config resolved) { apply(std::move(resolved)); });
        return true;
    }

    void apply(config next) {
        x_sources.take_variables(next);
        x_restart_state.configure(next);
        configure(std::move(next));
        x_metrics.take_up(x_service.configuration().metrics);
        log::info("reloaded", {}, "{} read again", x_options.config_path);
        x_manager.reloaded();
    }

    void configure(config next) {
        x_users.configure(next);
        x_service.configure(std::move(next));
    }

    const daemon_options& x_options;
    const std::vector<socket_config> x_sockets; // of the start; a reload does not change them
    asio::io_context x_io{1};
    asio::signal_set x_signals;
    kernel_clock x_clock;
    std::mt19937 x_random{std::random_device{}()};
    restart_state x_restart_state;
    kept_state x_kept; // until the service has restored it
    state_keeper x_keeper;
    user_lookups x_users;
    const guard_file x_guard_file{state_directory()};
    iam::login_guard x_guard;
    source_factory x_sources;
    token_service x_service;
    local::server x_server;
    local::metrics_server x_metrics{x_io, x_service, TOKENWARD_VERSION};
    manager_link x_manager{x_io, x_service};
};

} // namespace

int run_daemon(const daemon_options& options) {
    log::set_level(log::parse_level(options.log_level).value_or(log::level::info));
    for (int number : {SIGHUP, SIGUSR1}) (void)std::signal(number, SIG_IGN); // until the daemon handles them
    protect_process();
    parsed_config parsed = read_config(options.config_path, names_later(), patience_at_start);
    log_faults(parsed.faults);
    if (!parsed.ok()) {
        log::error("not_started", {}, "{} has errors; tokenwardd --check lists them", options.config_path);
        return 2;
    }
    auto resources = acquire_startup_resources(options.socket_path, parsed.value);
    if (!resources) {
        log::error("not_started", {}, "{}", resources.error().detail);
        return 1;
    }
    std::string paths;
    for (const local::listening_socket& each : resources->sockets)
        paths += (paths.empty() ? "" : ", ") + systemd::bound_path(each.fd());
    std::size_t identities = parsed.value.identities.size();
    daemon d(options, std::move(parsed.value), std::move(*resources));
    check_secret_memory();
    log::info("ready", {}, "tokenwardd {} serves {} {} on {}", TOKENWARD_VERSION, identities,
              identities == 1 ? "identity" : "identities", paths);
    return d.run();
}

} // namespace tokenward
