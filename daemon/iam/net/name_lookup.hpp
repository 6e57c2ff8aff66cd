// The addresses of a host, looked up with a time limit.
#pragma once

#include "common/error.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tokenward::iam {

using endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

/// Looks a name up and blocks meanwhile; called in a thread of its own, and must not throw. Errors:
/// iam_unavailable, with the reason alone as detail.
using lookup_function = std::function<result<endpoints>(const std::string& host, const std::string& port)>;

/// getaddrinfo(3): at least one address, the best first.
result<endpoints> look_up_with_system(const std::string& host, const std::string& port);

/// One host, looked up as often as asked. The system's look-up can't be cancelled and may hang for a minute;
/// Asio's resolver then holds up the end of the program, and every other look-up. So each look-up has a
/// thread of its own, and each host one at a time: further calls wait for the same one.
/// Used from the executor's thread.
class name_lookup {
  public:
    using time_point = std::chrono::steady_clock::time_point;

    /// `host` is a name or a numeric address, without the brackets of IPv6; `port` is decimal.
    name_lookup(boost::asio::any_io_executor executor, std::string host, std::string port,
                lookup_function look_up);
    /// Doesn't wait for a look-up that is under way.
    ~name_lookup();
    name_lookup(const name_lookup&) = delete;
    name_lookup& operator=(const name_lookup&) = delete;

    /// At least one address. Errors: iam_unavailable: the name is not known, or `until` has come.
    /// Cancellation: terminal. Lifetime: this object must outlive the call.
    boost::asio::awaitable<result<endpoints>> find(time_point until);

  private:
    struct search;
    result<std::shared_ptr<search>> current_search();

    boost::asio::any_io_executor x_executor;
    std::string x_host;
    std::string x_port;
    lookup_function x_look_up;
    std::shared_ptr<search> x_search{}; // the last one
};

} // namespace tokenward::iam
