// Every key and word of the configuration, in one place.
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace tokenward {

/// The keys of one map.
struct key_table {
    std::span<const std::string_view> known;
    std::span<const std::string_view> unsupported; ///< reported as "not supported by this version yet"
};

namespace config_keys {

namespace words {
template <class... T>
constexpr auto of(T... word) {
    return std::array<std::string_view, sizeof...(T)>{word...};
}

inline constexpr auto file = of("socket", "sockets", "limits", "metrics", "identities");
inline constexpr auto socket = of("path", "mode");
inline constexpr auto one_of_sockets = of("path", "mode", "identities");
inline constexpr auto limits = of("new_scopes_per_minute", "new_scopes_burst");
inline constexpr auto metrics = of("listen");
inline constexpr auto identity =
    of("cloud", "auth_type", "auth_methods", "auth", "cacert", "verify", "cert", "key", "proxy", "rescope",
       "validate_every", "passcode_notice", "region_name", "interface", "scopes", "on_demand", "catalog",
       "max_scopes", "allow", "deny");
inline constexpr auto auth =
    of("auth_url", "username", "user_id", "user_domain_name", "user_domain_id", "password", "totp_secret",
       "totp_digits", "totp_period", "passcode", "application_credential_id", "application_credential_name",
       "application_credential_secret", "token", "project_name", "project_id", "project_domain_name",
       "project_domain_id", "domain_name", "domain_id");
inline constexpr auto auth_types =
    of("password", "v3password", "v3totp", "v3multifactor", "v3applicationcredential", "v3token");
inline constexpr auto auth_methods = of("v3password", "v3totp");
inline constexpr auto rescope = of("auto", "never", "always");
inline constexpr auto secret = of("credential", "file", "env");
inline constexpr auto interfaces = of("public", "internal", "admin");
inline constexpr auto scope = of("project_id", "project_name", "project_domain_name", "project_domain_id",
                                 "domain_id", "domain_name", "unscoped");
inline constexpr auto unsupported_scopes = of("system_scope", "trust_id");
inline constexpr auto rule = of("user", "group", "unit", "scopes", "verbs");
inline constexpr auto verbs = of("get", "report", "manage");
} // namespace words

inline constexpr key_table file{words::file, {}};
inline constexpr key_table socket{words::socket, {}};
inline constexpr key_table one_of_sockets{words::one_of_sockets, {}};
inline constexpr key_table limits{words::limits, {}};
inline constexpr key_table metrics{words::metrics, {}};
inline constexpr key_table identity{words::identity, {}};
inline constexpr key_table auth{words::auth, words::unsupported_scopes};
inline constexpr key_table scope{words::scope, words::unsupported_scopes};
inline constexpr key_table rule{words::rule, {}};

} // namespace config_keys
} // namespace tokenward
