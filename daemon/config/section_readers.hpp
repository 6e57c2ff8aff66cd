// The readers of parts of the configuration, each in a source file of its own.
#pragma once

#include "daemon/config/config_section.hpp"
#include "daemon/core/config.hpp"
#include "daemon/core/name_resolver.hpp"

namespace tokenward {

/// auth.cpp: how `identity` logs in. Reports what is missing.
auth_config read_auth(const config_section& identity, const config_section& auth);

/// auth.cpp: `rescope` of `identity`, which logs in as `login`.
rescope_mode read_rescope(const config_section& identity, const auth_config& login);

/// metrics.cpp: the listener for Prometheus; none if it is absent or has been reported.
std::optional<loopback_address> read_metrics(const config_section& file);

/// tls_and_proxy.cpp: trusted and own certificates, and the proxy to the IAM.
void read_tls_and_proxy(const config_section& identity, identity_config& to);

/// secret_ref.cpp: where a secret is; none if it is absent or has been reported. Messages hold no part of it.
std::optional<secret_ref> read_secret_ref(const config_section& parent, std::string_view key);

/// scopes.cpp: a domain by PREFIX_id or PREFIX_name; the id wins where both are given, as in
/// keystoneauth.
domain_ref read_domain(const config_section& from, const std::string& prefix);

/// scopes.cpp: the configured scopes: `default`, which `auth` asks for, then those of `scopes`. An
/// application credential or a given token without either has the scope `default` that comes with it. `login`
/// is the result of read_auth().
std::vector<named_scope> read_scopes(const config_section& identity, const config_section& auth,
                                     const auth_config& login);

/// sockets.cpp: `socket` or `sockets`; the default if both are absent. `known`: all identities.
std::vector<socket_config> read_sockets(const config_section& file,
                                        const std::vector<identity_config>& known);

/// rules.cpp: the rules under `key` (allow, deny) of the section `from`.
/// REQUIRES: `identity` has its scopes and its project domain.
std::vector<access_rule> read_rules(const config_section& from, std::string_view key,
                                    const identity_config& identity, const name_resolver& names);

} // namespace tokenward
