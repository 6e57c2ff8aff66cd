// See proxy_variables.hpp.
#include "daemon/proxy_variables.hpp"

#include <cstdlib>
#include <initializer_list>

namespace tokenward {
namespace {

// Each of `names` leaves the environment, whichever is used.
http_proxy take(std::initializer_list<const char*> names, secret_reader& secrets,
                std::vector<std::string>& warnings) {
    http_proxy taken;
    for (const char* name : names) {
        const char* value = std::getenv(name);
        if (value == nullptr || *value == '\0') continue;
        auto reading = secrets.read({secret_ref::source::env, name}, "proxy");
        auto proxy = reading ? parse_proxy(reading->value.reveal()) : reading.error();
        if (!taken.empty()) continue;
        if (proxy)
            taken = std::move(*proxy);
        else
            warnings.push_back(std::string(name) + ' ' + proxy.error().detail + "; it is not used");
    }
    return taken;
}

} // namespace

proxy_reading read_proxy_variables(secret_reader& secrets) {
    proxy_reading made;
    made.value.https = take({"https_proxy", "HTTPS_PROXY"}, secrets, made.warnings);
    made.value.http = take({"http_proxy"}, secrets, made.warnings);
    for (const char* name : {"NO_PROXY", "no_proxy"})
        if (const char* list = std::getenv(name); list != nullptr && *list != '\0')
            made.value.no_proxy = list;
    return made;
}

} // namespace tokenward
