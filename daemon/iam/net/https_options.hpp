// How an IAM is reached, and how long and how much one bears with it.
#pragma once

#include "daemon/core/http_proxy.hpp"
#include "daemon/iam/net/name_lookup.hpp"
#include "daemon/iam/net/tls.hpp"

#include <chrono>
#include <cstddef>

namespace tokenward::iam {

struct https_options {
    tls_settings tls{};
    http_proxy proxy{};                                 ///< empty = straight to the IAM
    std::chrono::milliseconds connect_timeout{5'000};   ///< all of it: name look-up, TCP, proxy and TLS
    std::chrono::milliseconds address_timeout{1'000};   ///< for one address of a name, but the last
    std::chrono::milliseconds answer_timeout{30'000};   ///< from the first byte sent to the last received
    std::size_t header_limit = std::size_t{160} * 1024; ///< bytes; a token may have 64 KiB, and come twice
    std::size_t body_limit = std::size_t{8} * 1024 * 1024;
    lookup_function look_up = look_up_with_system;
};

} // namespace tokenward::iam
