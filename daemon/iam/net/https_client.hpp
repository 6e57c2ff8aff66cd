// One request at a time to an IAM over HTTP(S): a kept connection, TLS that is verified, deadlines and
// bounds.
#pragma once

#include "daemon/iam/net/connector.hpp"
#include "daemon/iam/net/http_messages.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>

namespace tokenward::iam {

/// Sends requests to one origin. Keeps one connection between requests, unless unexpected bytes have come on
/// it. A kept connection that turns out to be closed before the request is written is replaced by a new one.
/// A request that was written and got no answer is repeated only if it is GET or HEAD: a login may have been
/// counted. Requests that overlap have a connection each. From one thread.
class https_client {
  public:
    https_client(boost::asio::any_io_executor executor, const origin& to, const https_options& options);
    ~https_client();

    /// Errors: iam_unavailable (name, connection, TLS, time), iam_protocol (not HTTP, over a limit); the
    /// detail says which and what to do. Redirects are answers like any other. Cancellation: terminal; the
    /// connection is then closed. Lifetime: this object must outlive the call.
    boost::asio::awaitable<http_result> request(http_request what);

    /// Closes the kept connection: the last answer on it belonged to another request.
    void close_kept() noexcept;

  private:
    struct impl;
    std::shared_ptr<impl> x_impl;
};

} // namespace tokenward::iam
