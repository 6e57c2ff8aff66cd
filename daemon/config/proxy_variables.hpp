// Takes HTTPS_PROXY and the variables like it out of the environment.
#pragma once

#include "daemon/config/proxy.hpp"
#include "daemon/config/secret_reader.hpp"

namespace tokenward {

/// Reads https_proxy, http_proxy, all_proxy and no_proxy; where one isn't set, or is empty, its upper case,
/// but for HTTP_PROXY. One that can't be used has a fault, which doesn't quote it. The URLs may hold a
/// password, so `secrets` wipes them where the kernel shows them (/proc/PID/environ) and takes them out of
/// the environment: call it once.
proxy_environment read_proxy_variables(secret_reader& secrets);

} // namespace tokenward
