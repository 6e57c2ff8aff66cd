// The parts of an identity, each read from its section in a file of its own.
#pragma once

#include "daemon/config/config_section.hpp"

namespace tokenward {

/// config_auth.cpp: how `identity` proves itself. What is missing is reported.
auth_config read_auth(const config_section& identity, const config_section& auth);

/// config_auth.cpp: `rescope` of `identity`, which logs in as `login`.
rescope_mode read_rescope(const config_section& identity, const auth_config& login);

/// config_metrics.cpp: the listener for a Prometheus; none if it is not wanted or has been reported.
std::optional<loopback_address> read_metrics(const config_section& file);

/// config_way.cpp: whom to trust, what to show, and by which proxy the IAM is reached.
void read_tls_and_proxy(const config_section& identity, identity_config& to);

/// config_secret.cpp: a secret; none if it isn't there or has been reported. Messages hold no part of it.
std::optional<secret_ref> read_secret(const config_section& parent, std::string_view key);

/// config_scopes.cpp: a domain by PREFIX_id or PREFIX_name; the id wins where both are given, as in
/// keystoneauth.
domain_ref read_domain(const config_section& from, const std::string& prefix);

/// config_scopes.cpp: the scopes kept warm: `default` as `auth` says it (or as an application credential or
/// a given token brings it, where nothing is said at all), then those of `scopes`.
/// `login` is what read_auth made of `auth`.
std::vector<named_scope> read_scopes(const config_section& identity, const config_section& auth,
                                     const auth_config& login);

/// config_sockets.cpp: `socket` or `sockets`; the default if neither is there. `known`: all identities.
std::vector<socket_config> read_sockets(const config_section& file,
                                        const std::vector<identity_config>& known);

/// config_rules.cpp: the rules under `key` (allow, deny) of the section `from`.
/// REQUIRES: `identity` has its scopes and its project domain.
std::vector<access_rule> read_rules(const config_section& from, std::string_view key,
                                    const identity_config& identity, const name_resolver& names);

} // namespace tokenward
