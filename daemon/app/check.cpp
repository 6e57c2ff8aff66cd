// Reads the configuration, its proxies and its secrets as the daemon does, and prints their faults.
#include "daemon/app/check.hpp"

#include "common/posix.hpp"
#include "daemon/config/config_file.hpp"
#include "daemon/config/proxy_variables.hpp"
#include "daemon/config/secret_reader.hpp"
#include "daemon/iam/totp.hpp"

#include <cstdio>
#include <cstdlib>

namespace tokenward {
namespace {

using level = config_fault::level;

/// Reads secrets as a login does, so that a fault is found before it costs a login.
class secret_check {
  public:
    explicit secret_check(std::vector<config_fault>& faults) : x_faults(faults) {}

    void check(const identity_config& identity) {
        const std::string whose = "identity `" + identity.name + "`: ";
        (void)read(identity.auth.secret, whose + std::string(secret_key(identity.auth.type)));
        if (!identity.auth.totp) return;
        const secret_ref& from = identity.auth.totp->secret;
        auto totp = read(from, whose + "totp_secret");
        if (!totp) return;
        if (auto key = iam::decode_totp_secret(*totp); !key)
            add(level::error, from, whose + "totp_secret " + key.error().detail);
    }

  private:
    /// None if there is a fault, which is added.
    std::optional<secret> read(const secret_ref& from, const std::string& what) {
        if (const std::string unknown = missing_here(from); !unknown.empty()) {
            add(level::warning, from, what + " can't be checked here: " + unknown);
            return std::nullopt;
        }
        auto reading = x_reader.read(from, what);
        if (!reading) {
            add(level::error, from, reading.error().detail);
            return std::nullopt;
        }
        if (!reading->warning.empty()) add(level::warning, from, reading->warning);
        return std::move(reading->value);
    }

    /// Why the secret can be read only by the service itself; empty if it can be read here.
    std::string missing_here(const secret_ref& from) const {
        if (from.from == secret_ref::source::credential &&
            environment_variable("CREDENTIALS_DIRECTORY").empty())
            return "$CREDENTIALS_DIRECTORY is not set; systemd sets it for the unit";
        if (from.from == secret_ref::source::env && environment_variable("INVOCATION_ID").empty() &&
            !x_reader.has_variable(from.name))
            return "the variable " + from.name + " is not set";
        return {};
    }

    void add(level severity, const secret_ref& from, std::string message) {
        x_faults.push_back({severity, from.file, from.line, std::move(message)});
    }

    std::vector<config_fault>& x_faults;
    secret_reader x_reader;
};

/// Adds a fault for each identity whose proxy, from the environment, can't be used.
void check_proxies(parsed_config& parsed) {
    secret_reader variables;
    const proxy_environment environment = read_proxy_variables(variables);
    for (const identity_config& each : parsed.value.identities) {
        const http_proxy proxy = each.proxy.empty() ? proxy_for(each.auth.auth_url, environment) : each.proxy;
        if (!proxy.fault.empty())
            parsed.faults.push_back({level::error, "the environment", 0,
                                     proxy.fault + "; identity `" + each.name + "` would have to use it"});
    }
}

} // namespace

int check_config(const std::string& path) {
    parsed_config parsed = read_config(path);
    const bool sound = parsed.ok();
    if (sound) check_proxies(parsed);
    secret_check secrets(parsed.faults);
    if (sound)
        for (const identity_config& each : parsed.value.identities) secrets.check(each);
    for (const config_fault& f : parsed.faults) std::fprintf(stderr, "%s\n", to_string(f).c_str());
    if (!parsed.ok()) return 2;
    std::size_t scopes = 0;
    for (const identity_config& i : parsed.value.identities) scopes += i.scopes.size();
    const std::size_t identities = parsed.value.identities.size();
    std::printf("%s: good: %zu %s, %zu %s\n", path.c_str(), identities,
                identities == 1 ? "identity" : "identities", scopes, scopes == 1 ? "scope" : "scopes");
    return 0;
}

} // namespace tokenward
