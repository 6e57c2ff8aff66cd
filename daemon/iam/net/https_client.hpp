// One request at a time to an IAM over HTTP(S): a kept connection, TLS that is verified, deadlines and
// bounds.
#pragma once

#include "daemon/iam/net/connector.hpp"
#include "daemon/iam/net/http_messages.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>

namespace tokenward::iam {

/// The way to one origin. One connection is kept between requests, as long as not one byte has come on it
/// that was not asked for. What is found closed before a request is written whole is replaced by a new one. A
/// request that went out whole and has no answer goes out again only if it is GET or HEAD: a login may have
/// been counted. Requests that overlap get a connection each. From one thread.
class https_client {
  public:
    https_client(boost::asio::any_io_executor executor, const origin& to, const https_options& options);
    ~https_client();

    /// Errors: iam_unavailable (name, connection, TLS, time), iam_protocol (not HTTP, over a limit); the
    /// detail says which and what to do. Redirects are answers like any other. Cancellation: terminal; the
    /// connection is then closed. Lifetime: this object must outlive the call.
    boost::asio::awaitable<http_result> request(http_request what);

    /// The connection over which the last answer came takes no other request: the answer was somebody else's.
    void close_kept() noexcept;

  private:
    struct impl;
    std::shared_ptr<impl> x_impl;
};

} // namespace tokenward::iam
