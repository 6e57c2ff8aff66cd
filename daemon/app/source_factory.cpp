// Makes Keystone sources, and reads secrets and proxies for them.
#include "daemon/app/source_factory.hpp"

#include "daemon/base/log.hpp"
#include "daemon/config/proxy_variables.hpp"
#include "daemon/iam/keystone_source.hpp"

#include <string_view>
#include <utility>

namespace tokenward {

source_factory::source_factory(boost::asio::any_io_executor executor, const clock& time,
                               iam::login_guard& guard)
    : x_executor(std::move(executor)), x_time(time), x_guard(guard),
      x_proxies(read_proxy_variables(x_secrets)) {
    for (const http_proxy* each : {&x_proxies.https, &x_proxies.http})
        if (!each->fault.empty())
            log::warning("proxy", {}, "{}; what would go through this proxy is not sent", each->fault);
}

void source_factory::take_variables(const config& c) {
    for (const identity_config& i : c.identities) {
        if (i.auth.secret.from == secret_ref::source::env) (void)x_secrets.read(i.auth.secret, i.name);
        if (i.auth.totp && i.auth.totp->secret.from == secret_ref::source::env)
            (void)x_secrets.read(i.auth.totp->secret, i.name);
    }
}

std::shared_ptr<token_source> source_factory::make(const identity_config& identity) {
    auto read = [this, whose = "identity `" + identity.name + "`: "](const secret_ref& ref,
                                                                     std::string_view key) {
        return read_secret(ref, whose + std::string(key));
    };
    identity_config with_proxy = identity;
    if (with_proxy.proxy.empty()) with_proxy.proxy = proxy_for(identity.auth.auth_url, x_proxies);
    return std::make_shared<iam::keystone_source>(x_executor, std::move(with_proxy), x_time, x_guard,
                                                  std::move(read));
}

result<secret> source_factory::read_secret(const secret_ref& ref, const std::string& what) {
    auto reading = x_secrets.read(ref, what);
    if (!reading) return reading.error();
    if (!reading->warning.empty() && x_logged_warnings.insert(reading->warning).second)
        log::warning("secret", {}, "{}", reading->warning);
    return std::move(reading->value);
}

} // namespace tokenward
