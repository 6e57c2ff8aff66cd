// Opens connections to one IAM: looks its name up, tries its addresses in turn, asks the proxy, shakes hands.
#pragma once

#include "common/error.hpp"
#include "daemon/iam/net/connection.hpp"
#include "daemon/iam/net/https_options.hpp"
#include "daemon/iam/net/name_lookup.hpp"
#include "daemon/iam/net/tls.hpp"
#include "daemon/iam/net/url.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>

namespace tokenward::iam {

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
