// HTTPS_PROXY and its like, taken out of the environment.
#pragma once

#include "daemon/core/proxy.hpp"
#include "daemon/secret_reader.hpp"

#include <string>
#include <vector>

namespace tokenward {

struct proxy_reading {
    proxy_environment value{};
    std::vector<std::string> warnings{}; ///< of variables that can't be used; without their values
};

/// Reads https_proxy, http_proxy and no_proxy; where one isn't set, or is empty, its upper case, but for
/// HTTP_PROXY. The URLs may hold a password, so `secrets` wipes them where the kernel shows them
/// (/proc/PID/environ) and takes them out of the environment: call it once.
proxy_reading read_proxy_variables(secret_reader& secrets);

} // namespace tokenward
