// Reads the variables of proxies and removes them from the environment.
#include "daemon/config/proxy_variables.hpp"

#include "common/posix.hpp"

#include <initializer_list>

namespace tokenward {
namespace {

// The first of `names` that is set. All of them are removed from the environment.
http_proxy take(std::initializer_list<const char*> names, secret_reader& secrets) {
    http_proxy taken;
    for (const char* name : names) {
        if (environment_variable(name).empty()) continue;
        auto reading = secrets.read({secret_ref::source::env, name}, "proxy");
        auto proxy = reading ? parse_proxy(reading->value.reveal()) : reading.error();
        if (!taken.empty()) continue;
        taken = proxy ? std::move(*proxy) : http_proxy{.fault = name + (' ' + proxy.error().detail)};
    }
    return taken;
}

} // namespace

proxy_environment read_proxy_variables(secret_reader& secrets) {
    proxy_environment made{.https = take({"https_proxy", "HTTPS_PROXY"}, secrets),
                           .http = take({"http_proxy"}, secrets)};
    const http_proxy all = take({"all_proxy", "ALL_PROXY"}, secrets);
    if (made.https.empty()) made.https = all;
    if (made.http.empty()) made.http = all;
    for (const char* name : {"NO_PROXY", "no_proxy"})
        if (const std::string_view list = environment_variable(name); !list.empty()) made.no_proxy = list;
    return made;
}

} // namespace tokenward
