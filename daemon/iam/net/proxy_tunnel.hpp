// CONNECT: an HTTP proxy is asked for a tunnel to the IAM.
#pragma once

#include "common/error.hpp"
#include "daemon/core/http_proxy.hpp"
#include "daemon/iam/net/connection.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

namespace tokenward::iam {

/// Asks `proxy`, at the other end of `stream`, for a tunnel to `destination` (HOST:PORT). No error once it
/// is open. Errors: iam_unavailable; the detail names the proxy, without its credentials, and says what to
/// do. The stream's own deadline holds; `stream` must outlive the call.
boost::asio::awaitable<std::optional<problem>> open_tunnel(plain_stream& stream, http_proxy proxy,
                                                           std::string destination);

} // namespace tokenward::iam
