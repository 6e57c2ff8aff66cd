// The IAM stand-in as a test sees it: started, driven over its control interface, and asked what it saw.
#pragma once

#include "tests/support/http_client.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tokenward::support {

/// What one kind of login came to.
struct login_counts {
    std::uint64_t attempted = 0; ///< requests that reached the IAM, however they ended
    std::uint64_t succeeded = 0;
    std::uint64_t refused = 0; ///< by the IAM's own judgement: password, code, scope
    std::uint64_t faulted = 0; ///< answered by a fault instead
};

/// What the stand-in has seen; README.md says what each is.
struct standin_state {
    login_counts logins{};
    std::map<std::string, login_counts> by_scope{};  ///< "project:eu-de", "domain_id:…", "unscoped"
    std::map<std::string, login_counts> by_user{};   ///< by name, or by id when that was sent
    std::map<std::string, login_counts> by_method{}; ///< "password", "password+totp", "token"
    std::uint64_t in_flight = 0;                     ///< logins being answered
    std::uint64_t most_in_flight = 0;
    std::uint64_t held = 0; ///< requests at the gate
    std::uint64_t validations = 0;
    std::uint64_t revocations = 0;
    std::uint64_t service_accepted = 0;
    std::uint64_t service_refused = 0;
    std::uint64_t requests = 0;    ///< but for /control
    std::uint64_t connections = 0; ///< accepted in total, but for the control listener's
    std::uint64_t open_connections = 0;
};

struct standin_options {
    std::filesystem::path tls_certificate{}; ///< a PEM chain; with it, HTTPS is served too
    std::filesystem::path tls_key{};
    std::vector<std::string> more{};   ///< further options, as in README.md
    std::string address = "127.0.0.1"; ///< numeric; where HTTP and HTTPS are served
};

/// Starts tokenward-iam-standin on free ports and ends it when it goes. A failure of the control interface
/// throws std::runtime_error. Not thread-safe.
class iam_standin {
  public:
    // Who lives in the stand-in from the start; README.md has the whole list.
    static constexpr std::string_view user = "ci-bot";
    static constexpr std::string_view password = "stand-in-password-of-ci-bot";
    static constexpr std::string_view domain = "OTC00000000001000000000";
    static constexpr std::string_view project = "eu-de";

    /// The path of the program.
    static std::string executable();

    explicit iam_standin(const standin_options& options = {});

    /// "http://ADDRESS:PORT/v3"
    std::string auth_url() const { return x_http + "/v3"; }
    /// "https://localhost:PORT/v3", "https://[::1]:PORT/v3"; REQUIRES: a certificate in the options.
    std::string tls_auth_url() const { return x_https + "/v3"; }
    /// "http://ADDRESS:PORT/service"
    std::string service_url() const { return x_http + "/service"; }
    std::uint16_t port() const;
    std::uint16_t tls_port() const;
    /// A new connection to the HTTP side.
    http_client connect() const;

    /// POST /control/set, for example R"({"lifetime": 30})".
    void set(std::string_view json) const { control("POST", "/control/set", json); }
    void set_lifetime(std::chrono::seconds life) const;
    void set_token_size(std::size_t bytes) const;
    void set_clock_offset(std::chrono::seconds ahead) const;
    /// Changes a user's password. His tokens live on until they are revoked.
    void set_password(std::string_view user_name, std::string_view new_password) const;

    /// Adds projects "p-1" to "p-COUNT" to the user's domain.
    void add_projects(std::size_t count) const;
    /// A user's present passcode. A 30 s step may end at any time: the IAM takes the one before, too.
    std::string passcode(std::string_view user_name) const;

    /// POST /control/fault, for example R"({"kind": "status", "status": 503, "count": -1})".
    void fault(std::string_view json) const { control("POST", "/control/fault", json); }
    void clear_faults() const { control("DELETE", "/control/fault"); }

    /// Holds logins (or "validate", "service") at a gate: counted, not answered.
    void hold(std::string_view path = "auth") const;
    /// Lets all that are held go and opens the gate.
    void release() const { control("POST", "/control/release"); }
    /// Lets `count` requests pass a gate that stays shut.
    void release(std::uint64_t count) const;

    /// Ends all tokens, or one user's.
    void revoke_all() const { control("POST", "/control/revoke"); }
    void revoke(std::string_view user_name) const;

    /// Connections are refused, the open ones are cut.
    void down() const { control("POST", "/control/down"); }
    /// Listens again on the same ports.
    void up() const { control("POST", "/control/up"); }

    standin_state state() const;
    /// Logins attempted so far.
    std::uint64_t logins() const { return state().logins.attempted; }
    /// Waits until that many logins have been attempted since the start; throws when they don't come in time.
    void wait_for_logins(std::uint64_t count, std::chrono::milliseconds limit = patience) const {
        wait_for("logins", count, limit);
    }
    /// Waits until one of the counters of GET /control/wait has reached `count`.
    void wait_for(std::string_view counter, std::uint64_t count,
                  std::chrono::milliseconds limit = patience) const;

    /// One request to the control interface; throws unless the answer is 200. Returns its body.
    std::string control(std::string_view method, std::string_view target, std::string_view body = {}) const;

    process& program() noexcept { return *x_process; }

  private:
    temp_dir x_directory;
    std::unique_ptr<process> x_process;
    std::string x_address, x_http, x_https, x_control;
};

} // namespace tokenward::support
