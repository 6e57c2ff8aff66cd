// The Keystone side of one identity: carries out the steps of login flows, and decides nothing itself.
#pragma once

#include "daemon/base/clock.hpp"
#include "daemon/core/config.hpp"
#include "daemon/core/login_flow.hpp"
#include "daemon/core/login_state.hpp"
#include "daemon/core/token_source.hpp"
#include "daemon/iam/keystone_client.hpp"
#include "daemon/iam/login_guard.hpp"
#include "daemon/iam/login_secrets.hpp"
#include "daemon/iam/turn.hpp"

#include <memory>

namespace tokenward::iam {

class keystone_source final : public token_source {
  public:
    /// `time` and `guard` must outlive this object. `read` reads the present secret; it is called
    /// before each login and, while one is refused, about once a second. REQUIRES: the identity's auth_url is
    /// good.
    keystone_source(boost::asio::any_io_executor executor, identity_config identity, const clock& time,
                    login_guard& guard, secret_reading_function read);

    boost::asio::awaitable<fetch_result> fetch(scope target, duration at_least) override;
    boost::asio::awaitable<validation> validate(credential_ptr subject) override;
    boost::asio::awaitable<result<void>> give_passcode(std::shared_ptr<const secret> passcode) override;
    bool secret_changed() override { return x_secrets.changed(); }
    kept_source keep() const override;
    void restore(kept_source before) override;
    login_standing standing() const override;

  private:
    struct running_flow;

    boost::asio::awaitable<fetch_result> run(std::unique_ptr<login_flow> flow);
    boost::asio::awaitable<login_event> take(login_step step, running_flow* of);
    boost::asio::awaitable<login_event> send(login_request request, running_flow* of);
    login_time time() const;

    identity_config x_identity;
    const clock& x_time;
    login_guard& x_guard;
    boost::asio::any_io_executor x_executor;
    keystone_client x_client;
    login_secrets x_secrets;
    login_state x_state;
    turn_queue x_parent_turn;
};

} // namespace tokenward::iam
