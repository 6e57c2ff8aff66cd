// The configuration as data: what an operator asked for, checked and with defaults filled in.
#pragma once

#include "common/scope.hpp"
#include "daemon/core/http_proxy.hpp"

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

namespace tokenward {

/// Where a secret comes from. Reading it is not the core's business (daemon/config/secret_reader).
struct secret_ref {
    enum class source { credential, file, env, inline_text };
    source from = source::file;
    std::string
        name{}; ///< the credential's name, the path, the variable's name; for inline_text the secret itself
    std::string file{}; ///< the file that this is in, for messages; not compared
    int line = 0;       ///< in that file, from 1; 0 = unknown
    friend bool operator==(const secret_ref& a, const secret_ref& b) {
        return a.from == b.from && a.name == b.name;
    }
};

enum class auth_type {
    password,               ///< with a TOTP passcode beside it if auth_config::multifactor
    application_credential, ///< fixed to the project that it was made in
    token,                  ///< a given one: served and rescoped until its end, never renewed
};

/// What the configuration calls the secret of such an identity.
constexpr std::string_view secret_key(auth_type type) noexcept {
    if (type == auth_type::password) return "password";
    return type == auth_type::token ? "token" : "application_credential_secret";
}

/// Where the passcodes of virtual MFA come from (RFC 6238, SHA-1).
struct totp_config {
    secret_ref secret{}; ///< base32
    unsigned digits = 6; ///< 6 to 8
    std::chrono::seconds period{30};
    friend bool operator==(const totp_config&, const totp_config&) = default;
};

/// The name of an interface of endpoints: `public`, `internal` or `admin`, also for the names of old:
/// `publicURL`, `internalURL`, `adminURL`. Any other text as it is.
constexpr std::string_view plain_interface(std::string_view name) noexcept {
    for (std::string_view known : {"publicURL", "internalURL", "adminURL"})
        if (name == known) return name.substr(0, name.size() - 3);
    return name;
}

/// How an identity proves itself; names as in clouds.yaml and keystoneauth.
struct auth_config {
    auth_type type = auth_type::password;
    bool multifactor = false;          ///< type password: the IAM wants a passcode too
    std::optional<totp_config> totp{}; ///< none with `multifactor`: a person gives the passcodes
    std::string auth_url{};            ///< as given, without a trailing slash
    std::string username{};            ///< username or user_id, not both
    std::string user_id{};
    domain_ref user_domain{};                ///< needed with username
    domain_ref project_domain{};             ///< of projects by name; user_domain unless given
    std::string application_credential_id{}; ///< or its name, with the user
    std::string application_credential_name{};
    secret_ref secret{}; ///< by type: the password, the application credential's secret, or the token
    friend bool operator==(const auth_config& a, const auth_config& b);
};

/// Whether further scopes are opened from one login (Keystone's method `token`).
enum class rescope_mode { automatic, off, always };

enum class verb : unsigned { get = 1, report = 2, manage = 4 };
using verb_set = unsigned; ///< verbs or-ed together
inline constexpr verb_set all_verbs = 7;

/// One line of `allow` or `deny`: exactly one of user, group, unit.
struct access_rule {
    enum class subject { user, group, unit };
    subject who = subject::user;
    std::string name{};                ///< as written
    std::optional<unsigned> id{};      ///< uid or gid; none = the name has no number, or none yet
    std::vector<std::string> scopes{}; ///< empty = all; configured names or spelled-out forms
    verb_set verbs = 3;                ///< by default: get and report under `allow`, all under `deny`
    int line = 0;                      ///< in the file, for explanations; not compared
    bool operator==(const access_rule& other) const {
        return who == other.who && name == other.name && id == other.id && scopes == other.scopes &&
               verbs == other.verbs;
    }
};

/// The uid or gid that stands for all that have no number in our user namespace, unless the machine has
/// chosen another one: nobody is known by it.
inline constexpr unsigned overflow_id = 65534;

/// A uid or gid in digits. None for (uid_t)-1, which is nobody's.
std::optional<unsigned> parse_id(std::string_view text) noexcept;

struct named_scope {
    std::string name;
    scope target;
    friend bool operator==(const named_scope&, const named_scope&) = default;
};

struct identity_config {
    std::string name{};
    auth_config auth{};
    std::string cacert{}; ///< a PEM file; empty = the system's
    bool verify = true;
    std::string cert{};                             ///< our certificate, a PEM file; empty = none
    std::string key{};                              ///< its key, a PEM file; empty = in `cert`
    http_proxy proxy{};                             ///< empty = as the environment says
    rescope_mode rescope = rescope_mode::automatic; ///< automatic: where a login takes a passcode
    std::chrono::seconds passcode_notice{
        0}; ///< how long ahead a person is asked for one; 0 = a quarter of the life
    std::chrono::seconds validate_every{0}; ///< how often the IAM is asked about held tokens; 0 = never
    std::string region_name{}; ///< whose endpoints are meant when a caller names no region; may be empty
    std::string endpoint_interface{};  ///< public, internal or admin, in the same way
    std::vector<named_scope> scopes{}; ///< in the order of the file; targets differ from each other
    bool on_demand = true;
    bool catalog = true;
    std::size_t max_scopes = 1024;
    std::vector<access_rule> allow{};
    std::vector<access_rule> deny{};
};

/// The one list of what decides whether an identity's tokens serve under another configuration too. Kept
/// state holds a digest of these values in this order (login_text): what is new goes to the end.
inline auto login_fields(const auth_config& a) noexcept {
    return std::tie(a.type, a.multifactor, a.totp, a.auth_url, a.username, a.user_id, a.user_domain,
                    a.project_domain, a.application_credential_id, a.application_credential_name, a.secret);
}
inline auto login_fields(const identity_config& i) noexcept {
    return std::tie(i.name, i.auth, i.cacert, i.verify, i.cert, i.key, i.proxy, i.catalog, i.rescope,
                    i.passcode_notice, i.validate_every);
}
/// The rest of an identity: who may have its tokens, which scopes are renewed ahead of time, and what callers
/// may leave open.
inline auto other_fields(const identity_config& i) noexcept {
    return std::tie(i.region_name, i.endpoint_interface, i.scopes, i.on_demand, i.max_scopes, i.allow,
                    i.deny);
}

inline bool operator==(const auth_config& a, const auth_config& b) {
    return login_fields(a) == login_fields(b);
}

/// Whether the tokens of one serve for the other as well.
inline bool same_login(const identity_config& a, const identity_config& b) {
    return login_fields(a) == login_fields(b);
}

struct socket_config {
    std::string path{}; ///< empty = the default order (common/socket_path.h)
    unsigned mode = 0666;
    std::vector<std::string> identities{}; ///< that are shown there; empty = all
    friend bool operator==(const socket_config&, const socket_config&) = default;
};

/// What one user's requests may cost an IAM beyond what the lives of its tokens ask for, over all identities;
/// an identity bears twice as much of all users together.
struct limits_config {
    std::size_t new_scopes_per_minute = 60; ///< 1 to 60,000
    std::size_t new_scopes_burst = 50;      ///< at once; 1 to 10,000
    friend bool operator==(const limits_config&, const limits_config&) = default;
};

/// Where a Prometheus on this machine may read the metrics.
struct loopback_address {
    std::string address{};  ///< numeric: 127.0.0.0/8 or ::1
    std::uint16_t port = 0; ///< 0 = any that is free
    friend bool operator==(const loopback_address&, const loopback_address&) = default;
};

struct config {
    std::vector<socket_config> sockets{socket_config{}}; ///< at least one
    limits_config limits{};
    std::optional<loopback_address> metrics{}; ///< none = no such listener
    std::vector<identity_config> identities{}; ///< in the order of the file
};

} // namespace tokenward
