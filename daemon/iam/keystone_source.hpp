// One identity's way to its IAM: logs in as the guard allows, settles what a 401 means, asks whether a token
// lives.
#pragma once

#include "daemon/clock.hpp"
#include "daemon/core/config.hpp"
#include "daemon/iam/https_client.hpp"
#include "daemon/iam/keystone_codec.hpp"
#include "daemon/iam/login_guard.hpp"
#include "daemon/iam/url.hpp"
#include "daemon/token_source.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tokenward::iam {

class keystone_source final : public token_source {
  public:
    /// Reads the password as it stands now; called before each login and while one is refused.
    using password_reader = std::function<result<secret>()>;

    /// `time` and `guard` must outlive this object.
    keystone_source(boost::asio::any_io_executor executor, identity_config identity, const clock& time,
                    login_guard& guard, password_reader read_password);

    boost::asio::awaitable<fetch_result> fetch(scope target) override;
    boost::asio::awaitable<validation> validate(token_ptr subject) override;
    bool credential_changed() override;

  private:
    /// The password of a login, and what the guard knows it by.
    struct credential {
        std::shared_ptr<const secret> password;
        secret_digest digest{};
    };

    boost::asio::awaitable<result<credential>> read_credential();
    boost::asio::awaitable<login_answer> log_in(scope target, credential with);
    boost::asio::awaitable<fetch_result> settle(scope target, credential with, fetch_result first);
    fetch_result rejected(const login_permit& permit) const;

    identity_config x_identity;
    iam_url x_url;
    login_user x_user;
    const clock& x_time;
    login_guard& x_guard;
    password_reader x_read_password;
    https_client x_client;
    credential x_known{}; // the last one read: its digest is dear
};

} // namespace tokenward::iam
