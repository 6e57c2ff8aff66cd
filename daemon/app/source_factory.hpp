// Makes the token source of an identity: with its secrets, and with the proxy that leads to its IAM.
#pragma once

#include "daemon/base/clock.hpp"
#include "daemon/config/proxy.hpp"
#include "daemon/config/secret_reader.hpp"
#include "daemon/core/token_source.hpp"
#include "daemon/iam/login_guard.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <set>
#include <string>

namespace tokenward {

/// Owns what secrets and proxies need of the environment. To be used from one thread, and must outlive the
/// sources that it has made, as `time` and `guard` must.
class source_factory {
  public:
    /// Takes the proxies out of the environment, and logs those that can't be used.
    source_factory(boost::asio::any_io_executor executor, const clock& time, iam::login_guard& guard);

    /// Takes the variables that hold secrets of `c` out of the environment, so that none stays there until
    /// its identity first logs in.
    void take_variables(const config& c);

    std::shared_ptr<token_source> make(const identity_config& identity);

  private:
    /// `what` begins messages. A warning is logged once.
    result<secret> read_secret(const secret_ref& ref, const std::string& what);

    boost::asio::any_io_executor x_executor;
    const clock& x_time;
    iam::login_guard& x_guard;
    secret_reader x_secrets;
    proxy_environment x_proxies;
    std::set<std::string> x_logged_warnings;
};

} // namespace tokenward
