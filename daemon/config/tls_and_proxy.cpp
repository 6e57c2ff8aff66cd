// Reads what an identity needs for its connections to the IAM: TLS and the proxy.
#include "daemon/config/section_readers.hpp"

#include "daemon/config/proxy.hpp"

namespace tokenward {
namespace {

http_proxy read_proxy(const config_section& identity) {
    auto text = identity.text("proxy", 2048);
    if (!text) return {};
    int line = identity.line_of("proxy");
    auto proxy = parse_proxy(*text);
    wipe(*text);
    if (!proxy) {
        identity.faults().error(line, "`proxy` " + proxy.error().detail);
        return {};
    }
    if (proxy->credentials)
        identity.faults().warning(line,
                                  "`proxy` holds a password, which stays in this file as plain text: leave "
                                  "`proxy` out, and give it by the variable HTTPS_PROXY, which is wiped");
    return std::move(*proxy);
}

} // namespace

void read_tls_and_proxy(const config_section& identity, identity_config& to) {
    to.cacert = identity.path("cacert").value_or("");
    to.verify = identity.flag("verify").value_or(true);
    if (!to.verify)
        identity.faults().warning(
            identity.line_of("verify"),
            "`verify` is false: anybody on the network path can pose as the IAM and take the "
            "password, use `cacert` instead");
    to.cert = identity.path("cert").value_or("");
    to.key = identity.path("key").value_or("");
    if (identity.has("key") && identity.lacks("cert"))
        identity.faults().error(identity.line_of("key"),
                                "`key` without `cert`: name the certificate that it belongs to");
    to.proxy = read_proxy(identity);
}

} // namespace tokenward
