// Opens connections to one IAM: name look-up, its addresses in turn, the proxy, the TLS handshake.
#pragma once

#include "common/error.hpp"
#include "daemon/core/http_proxy.hpp"
#include "daemon/iam/net/connection.hpp"
#include "daemon/iam/net/name_lookup.hpp"
#include "daemon/iam/net/tls.hpp"
#include "daemon/iam/net/url.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace tokenward::iam {

/// How an IAM is reached, and how long and how large its answers may be.
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

/// "AUTHORITY can't be reached: WHY"
problem unreachable(const origin& to, const std::string& why);

/// The way to one origin; from the executor's thread.
class connector {
  public:
    /// `to` and `options` must outlive this object.
    connector(boost::asio::any_io_executor executor, const origin& to, const https_options& options);

    /// A connection that is ready for a request, within options.connect_timeout. Through a proxy it is a
    /// tunnel, be the IAM https or http: so the proxy's refusals are never taken for the IAM's.
    /// Errors: iam_unavailable, with what failed and what to do. Cancellation: terminal. Lifetime: this
    /// object must outlive the call.
    boost::asio::awaitable<result<std::unique_ptr<connection>>> connect();

  private:
    using time_point = name_lookup::time_point;

    boost::asio::awaitable<result<std::unique_ptr<plain_stream>>> dial(time_point until);

    boost::asio::any_io_executor x_executor;
    const origin& x_to;
    const https_options& x_options;
    tls_keeper x_tls;
    name_lookup x_names;
};

} // namespace tokenward::iam
