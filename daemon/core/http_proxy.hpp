// The HTTP proxy on the way to an IAM, as data.
#pragma once

#include "common/secret.hpp"

#include <memory>
#include <string>

namespace tokenward {

/// A proxy that is asked to CONNECT. Copies share the credentials. One with a `fault` was asked for and can't
/// be used: nothing may go around it.
struct http_proxy {
    std::string host{};                          ///< a name or an address without brackets; empty = no proxy
    std::string port{};                          ///< decimal
    std::shared_ptr<const secret> credentials{}; ///< "user:password", decoded; null = none
    std::string fault{};                         ///< why it can't be used; empty = it can

    bool empty() const noexcept { return host.empty() && fault.empty(); }
    /// "http://HOST:PORT", for messages: without the credentials.
    std::string name() const;
    friend bool operator==(const http_proxy& a, const http_proxy& b) noexcept;
};

} // namespace tokenward
