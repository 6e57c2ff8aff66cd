// What the stand-in has seen, for tests to ask about.
#pragma once

#include "tests/support/standin/http.hpp"
#include "tests/support/standin/login_request.hpp"
#include "tests/support/standin/traffic.hpp"

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tokenward::standin {

enum class outcome { succeeded, refused, faulted };

/// What a login is counted under.
struct login_label {
    std::string scope = "malformed";
    std::string user{};
    std::string method = "malformed";

    static login_label of(const login_request& login);
};

class ledger {
  public:
    void note_connection() {
        ++x_connections;
        ++x_open_connections;
    }
    void note_disconnection() { --x_open_connections; }
    void note_request(traffic kind, const request& seen);
    void note_login_begun(const login_label& label);
    void note_login_over(const login_label& label, outcome how);
    void note_service(bool accepted) { ++(accepted ? x_service_accepted : x_service_refused); }
    void note_held(bool comes) { x_held = comes ? x_held + 1 : x_held - 1; }

    std::uint64_t logins_in_flight() const noexcept { return x_in_flight; }

    /// One of GET /control/wait's: logins, succeeded, held, validations, revocations, service, requests,
    /// connections. Nothing for another name.
    std::optional<std::uint64_t> counter(std::string_view name) const;

    /// The form of GET /control/state; tokens among the headers are shown as fingerprints.
    boost::json::object to_json() const;

  private:
    struct tally {
        std::uint64_t attempted = 0;
        std::uint64_t succeeded = 0;
        std::uint64_t refused = 0;
        std::uint64_t faulted = 0;
        void end(outcome how);
        boost::json::object to_json() const;
    };
    using tallies = std::map<std::string, tally>;

    static boost::json::object table(const tallies& from);
    template <class F>
    void each(const login_label& label, F change);

    tally x_logins;
    tallies x_by_scope, x_by_user, x_by_method;
    std::uint64_t x_in_flight = 0, x_most_in_flight = 0;
    std::uint64_t x_held = 0;
    std::uint64_t x_validations = 0, x_revocations = 0;
    std::uint64_t x_service_accepted = 0, x_service_refused = 0;
    std::uint64_t x_requests = 0;
    std::uint64_t x_connections = 0, x_open_connections = 0;
    std::map<traffic, request> x_last; ///< without their bodies
};

/// "sha256:" and 16 hex digits: names a token without telling it.
std::string fingerprint(std::string_view token);

} // namespace tokenward::standin
