// One running daemon: the rooms joined, and what signals do to them.
#include "daemon/app/app.hpp"

#include "daemon/app/manager_link.hpp"
#include "daemon/app/process_end.hpp"
#include "daemon/app/process_guard.hpp"
#include "daemon/app/start.hpp"
#include "daemon/base/clock.hpp"
#include "daemon/base/event_loop.hpp"
#include "daemon/base/log.hpp"
#include "daemon/config/config_file.hpp"
#include "daemon/config/proxy_variables.hpp"
#include "daemon/config/secret_reader.hpp"
#include "daemon/iam/keystone_source.hpp"
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
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include <unistd.h>

namespace tokenward {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

// For a configuration that is a pipe, while others wait to be served.
constexpr auto pipe_patience = 1s;
// From the word to end: for answers that are in flight, and for all that may hang (a disk, the manager).
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

/// One running daemon: the rooms joined, and what signals do to them.
class daemon {
  public:
    daemon(const app_options& options, config initial, start_gear gear)
        : x_options(options), x_sockets(initial.sockets), x_signals(x_io, SIGTERM, SIGINT, SIGHUP),
          x_logins(login_digests(initial)), x_kept(take_kept(std::move(gear.kept.state), initial)),
          x_keeper(
              x_io, [this] { return gather(); }, gear.kept),
          x_users(x_io, x_clock, [this] { configure(x_service.configuration()); }),
          x_guard(x_io.get_executor(), x_clock, x_guard_file, kept_guard()),
          x_service({.executor = x_io.get_executor(),
                     .time = x_clock,
                     .jitter = [this] { return std::uniform_real_distribution<>(0.0, 1.0)(x_random); },
                     .make_source = [this](const identity_config& i) { return make_source(i); },
                     .keep = systemd::has_store() ? &x_keeper : nullptr}),
          x_server(x_io, x_service,
                   {.own_uid = geteuid(),
                    .version = TOKENWARD_VERSION,
                    .started = x_clock.now().boot,
                    .limits = {.connections = local::connections_within(descriptor_limit())},
                    .directory = &x_users.directory()},
                   std::move(gear.sockets)) {
        x_signals.add(SIGUSR1);
        take_proxies();
        take_variables(initial);
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
    /// Of what an earlier run has left, what may be used.
    kept_state take_kept(kept_state before, const config& initial) const {
        kept_selection selected =
            select_kept(std::move(before), initial, x_logins, systemd::boot_id(), x_clock.now().boot);
        for (const kept_selection::refusal& each : selected.refused)
            log::warning("state_refused", {.identity = each.identity, .scope = each.scope},
                         "not taken up from before the restart: {}", each.why);
        return std::move(selected.good);
    }

    std::optional<guard_memory> kept_guard() const {
        if (x_kept.guard.empty()) return std::nullopt;
        auto memory = parse_guard_memory(x_kept.guard);
        if (memory) return *memory;
        log::warning("state_refused", {}, "of what was kept over the restart, the lockout guard's memory: {}",
                     memory.error().detail);
        return std::nullopt;
    }

    /// All that is to outlive a restart.
    kept_state gather() const {
        kept_state state = x_service.keep();
        state.boot_id = systemd::boot_id();
        if (!x_guard.memory().users.empty()) state.guard = format_guard_memory(x_guard.memory());
        for (kept_source& each : state.sources) each.of.login = x_logins.at(each.of.identity);
        for (kept_entry& each : state.entries) each.of.login = x_logins.at(each.of.identity);
        return state;
    }

    std::shared_ptr<token_source> make_source(const identity_config& identity) {
        auto read = [this, whose = "identity `" + identity.name +
                                   "`: "](const secret_ref& ref, std::string_view key) -> result<secret> {
            auto reading = x_secrets.read(ref, whose + std::string(key));
            if (!reading) return reading.error();
            if (!reading->warning.empty() && x_warned.insert(reading->warning).second)
                log::warning("secret", {}, "{}", reading->warning);
            return std::move(reading->value);
        };
        identity_config equipped = identity;
        if (equipped.proxy.empty()) equipped.proxy = proxy_for(identity.auth.auth_url, x_proxies);
        return std::make_shared<iam::keystone_source>(x_io.get_executor(), std::move(equipped), x_clock,
                                                      x_guard, std::move(read));
    }

    void take_proxies() {
        x_proxies = read_proxy_variables(x_secrets);
        for (const http_proxy* each : {&x_proxies.https, &x_proxies.http})
            if (!each->fault.empty())
                log::warning("proxy", {}, "{}; what should go through it is not sent at all", each->fault);
    }

    // Variables leave the environment at once, not when their identity first logs in.
    void take_variables(const config& c) {
        for (const identity_config& i : c.identities) {
            if (i.auth.secret.from == secret_ref::source::env) (void)x_secrets.read(i.auth.secret, i.name);
            if (i.auth.totp && i.auth.totp->secret.from == secret_ref::source::env)
                (void)x_secrets.read(i.auth.totp->secret, i.name);
        }
    }

    void wait_for_signal() {
        x_signals.async_wait([this](boost::system::error_code failed, int number) {
            if (!failed) mind_signal(number);
        });
    }

    // Want of memory is the end: half a configuration is none, and signals might be waited for no more.
    void mind_signal(int number) {
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
            throw std::runtime_error("there is no memory to mind a signal");
        }
    }

    void stop(int number) {
        x_signals.remove(SIGTERM);
        x_signals.remove(SIGINT);
        hold_end_signals();
        log::info("stopping", {}, "{}: finishing what is in flight",
                  number == SIGTERM ? "SIGTERM" : "SIGINT");
        end_process_after(longest_end);
        x_manager.stopping();
        x_metrics.stop(longest_stop);
        x_server.stop(longest_stop, [] {});
        x_users.stop();
        x_service.stop(); // now, so that those who wait are answered
        x_keeper.flush();
        end_process_at_signal(); // who says it twice does not want to wait
    }

    // Between debug and the level of the start.
    void toggle_debug() {
        const auto usual = log::parse_level(x_options.log_level).value_or(log::level::info);
        const bool debugs = log::current_level() == log::level::debug;
        log::set_level(debugs && usual != log::level::debug ? usual : log::level::debug);
        log::info("log_level", {}, "the log's level is {} now", log::name_of(log::current_level()));
    }

    // Whether it goes on: when the names of the rules are known, or have taken too long.
    bool reload() {
        parsed_config next = read_config(x_options.config_path, names_later(), pipe_patience);
        log_faults(next.faults);
        x_service.counts().reload_refused = !next.ok();
        if (!next.ok()) {
            log::error("reload_refused", {}, "{} has errors: the configuration stays as it was",
                       x_options.config_path);
            return false;
        }
        if (next.value.sockets != x_sockets)
            log::warning("reload", {}, "sockets change at the next start only");
        x_users.resolve(std::move(next.value), [this](config known) { take_up(std::move(known)); });
        return true;
    }

    void take_up(config next) {
        take_variables(next);
        x_logins = login_digests(next);
        configure(std::move(next));
        x_metrics.take_up(x_service.configuration().metrics);
        log::info("reloaded", {}, "{} re-read", x_options.config_path);
        x_manager.reloaded();
    }

    void configure(config next) {
        x_users.configure(next);
        x_service.configure(std::move(next));
    }

    const app_options& x_options;
    const std::vector<socket_config> x_sockets; // as they were at the start, and so are still
    asio::io_context x_io{1};
    asio::signal_set x_signals;
    kernel_clock x_clock;
    std::mt19937 x_random{std::random_device{}()};
    secret_reader x_secrets;
    proxy_environment x_proxies{};
    std::set<std::string> x_warned;
    std::map<std::string, login_digest> x_logins; // by identity, of the configuration as it is
    kept_state x_kept;                            // until the service has it
    state_keeper x_keeper;
    user_lookups x_users;
    const guard_file x_guard_file{state_directory()};
    iam::login_guard x_guard;
    token_service x_service;
    local::server x_server;
    local::metrics_server x_metrics{x_io, x_service, TOKENWARD_VERSION};
    manager_link x_manager{x_io, x_service};
};

} // namespace

int run_daemon(const app_options& options) {
    log::set_level(log::parse_level(options.log_level).value_or(log::level::info));
    for (int number : {SIGHUP, SIGUSR1}) (void)std::signal(number, SIG_IGN); // until the daemon minds them
    protect_process();
    parsed_config parsed = read_config(options.config_path, names_later(), patience_at_start);
    log_faults(parsed.faults);
    if (!parsed.ok()) {
        log::error("not_started", {}, "{} has errors; tokenwardd --check lists them", options.config_path);
        return 2;
    }
    auto gear = take_start_gear(options, parsed.value);
    if (!gear) {
        log::error("not_started", {}, "{}", gear.error().detail);
        return 1;
    }
    std::string paths;
    for (const local::listening_socket& each : gear->sockets)
        paths += (paths.empty() ? "" : ", ") + systemd::bound_path(each.fd());
    std::size_t identities = parsed.value.identities.size();
    daemon d(options, std::move(parsed.value), std::move(*gear));
    check_secret_memory();
    log::info("ready", {}, "tokenwardd {} serves {} {} on {}", TOKENWARD_VERSION, identities,
              identities == 1 ? "identity" : "identities", paths);
    return d.run();
}

} // namespace tokenward
