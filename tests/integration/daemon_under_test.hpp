// A tokenwardd of a test's own, with the stand-in as its IAM.
#pragma once

#include "tests/support/http_client.hpp"
#include "tests/support/iam_standin.hpp"
#include "tests/support/output_audit.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace tokenward::testing {

using namespace std::chrono_literals;
using support::http_client;
using support::http_headers;
using support::http_reply;
using support::iam_standin;

/// What goes into the configuration of the one identity, `ci`.
struct daemon_settings {
    std::string auth_url;
    std::string scopes = "{eu-de: {project_name: eu-de}}";
    std::string extra{}; ///< further lines of the identity, YAML, indented by 4
    std::string user{iam_standin::user};
    std::string more_auth{}; ///< further lines of `auth`, indented by 6
    std::string auth{};      ///< all of `auth` but its auth_url, in place of user, domain and password
    std::string side{};      ///< the identities of a second socket, as a YAML list; none without
    std::string secret{iam_standin::password}; ///< what the file `password` holds, without its line end
    bool wait_ready = true;
    std::map<std::string, std::string> env{}; ///< variables of the daemon
};

/// Starts on construction; the directory (socket, password file, state) outlives a kill and a start.
class daemon_under_test {
  public:
    explicit daemon_under_test(const daemon_settings& settings);

    void start();
    void kill();   ///< SIGKILL
    int stop();    ///< SIGTERM; the exit status
    void reload(); ///< SIGHUP, and waits for its line in the log
    void write_config(const daemon_settings& settings) const;
    void write_password(std::string_view password) const { x_directory.write("password", password); }
    support::process& program() { return *x_process; }

    std::string secret_file() const { return x_directory / "password"; }
    std::string socket() const { return x_directory / "tokenward.sock"; }
    std::string side_socket() const { return x_directory / "side.sock"; }
    std::string config_file() const { return x_directory / "tokenward.yaml"; }
    std::string state_directory() const { return x_directory / "state"; }
    http_client connect() const { return http_client::over_unix(socket()); }
    http_reply get(std::string_view target, const http_headers& headers = {}) const {
        return connect().get(target, headers);
    }
    http_reply post(std::string_view target, std::string_view json) const {
        return connect().request("POST", target, {{"Content-Type", "application/json"}}, json);
    }
    /// The bare token of a scope; throws unless it is 200.
    std::string token(std::string_view scope = "eu-de") const;
    /// Reports the token as refused with 401 and returns the verdict's document.
    std::string report(std::string_view fingerprint, std::string_view scope = "eu-de") const;
    std::string fingerprint(std::string_view scope = "eu-de") const;
    /// Waits until a scope's state in /v1/status is `state`.
    bool reaches(std::string_view state) const;
    support::finished command(std::vector<std::string> arguments) const;

  private:
    support::temp_dir x_directory;
    std::map<std::string, std::string> x_env; ///< no proxies of the machine's, unless a test says so
    std::unique_ptr<support::process> x_process;
};

/// The value of a member in flat JSON text, without quotes; empty if it isn't there.
std::string member(const std::string& json, const std::string& name);

} // namespace tokenward::testing
