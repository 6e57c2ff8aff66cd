// One identity's way to its IAM: which login opens a scope, as the guard allows, and what a refusal of it
// means.
#pragma once

#include "daemon/base/clock.hpp"
#include "daemon/core/config.hpp"
#include "daemon/core/parent_token.hpp"
#include "daemon/core/token_source.hpp"
#include "daemon/iam/credential.hpp"
#include "daemon/iam/keystone_client.hpp"
#include "daemon/iam/login_guard.hpp"
#include "daemon/iam/turn.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string>

namespace tokenward::iam {

class keystone_source final : public token_source {
  public:
    /// `time` and `guard` must outlive this object. `read` reads a secret as it stands now; it is called
    /// before each login and, while one is refused, about once a second.
    keystone_source(boost::asio::any_io_executor executor, identity_config identity, const clock& time,
                    login_guard& guard, secret_reading_function read);

    boost::asio::awaitable<fetch_result> fetch(scope target, duration at_least) override;
    boost::asio::awaitable<validation> validate(token_ptr subject) override;
    boost::asio::awaitable<result<void>> give_passcode(std::shared_ptr<const secret> passcode) override;
    bool credential_changed() override;
    kept_source keep() const override;
    void restore(kept_source before) override;
    login_standing standing() const override;

  private:
    /// One login that was tried.
    struct attempt {
        login_answer answer{};
        bool sent = false;      ///< false: the guard did not let it go out
        bool held_back = false; ///< for a time only
        bool settling = false;  ///< it was for no scope, to tell a wrong password from a wrong scope
    };
    /// How a login is to be made.
    struct login_manner {
        const secret* by_person = nullptr; ///< the passcode that a person gave
        bool others_follow = false;        ///< one that was refused before had better be left out
    };
    /// What became of the wish for a parent.
    struct parent_or {
        std::shared_ptr<const token> parent{};
        fetch_result failure{}; ///< if there is none
    };

    /// What came of opening a scope from a login that lives.
    struct opening {
        fetch_result result{};
        bool is_final = true;       ///< false: a login may say something else
        bool scope_refused = false; ///< and the login lives
    };

    // the ways to a token, by auth_type and rescope (keystone_source.cpp)
    boost::asio::awaitable<fetch_result> fetch_by_login(scope target, duration at_least);
    boost::asio::awaitable<fetch_result> log_in_for(scope target);
    boost::asio::awaitable<void> provide_parent(credential with);
    bool may_be_unknown(const scope& target) const;
    void doubt(const scope& target);
    void remember_opened(const scope& target, const std::shared_ptr<token>& fresh);
    boost::asio::awaitable<fetch_result> fetch_by_application_credential(scope target);
    boost::asio::awaitable<fetch_result> settle(scope target, credential with, fetch_result refused);

    // one login (keystone_login.cpp)
    boost::asio::awaitable<attempt> log_in(credential with, scope target, login_manner how);
    boost::asio::awaitable<login_guard::turn> take_turn(secret_digest digest, bool by_person);
    boost::asio::awaitable<attempt> log_in_once(credential with, scope target, login_manner how);
    boost::asio::awaitable<std::shared_ptr<const secret>> next_passcode(credential with);
    void let_guard_pace(fetch_result& result, const secret_digest& digest, login_end how) const;
    attempt not_sent(const login_permit& permit) const;
    fetch_result held_back(const login_permit& permit) const;

    // rescoping (keystone_rescoping.cpp)
    boost::asio::awaitable<fetch_result> fetch_by_rescoping(scope target, duration at_least);
    boost::asio::awaitable<fetch_result> fetch_by_given_token(scope target);
    boost::asio::awaitable<opening> open_refused(scope target);
    boost::asio::awaitable<opening> open_from_kept(scope target);
    boost::asio::awaitable<parent_or> ensure_parent(scope target, duration at_least);
    boost::asio::awaitable<parent_or> log_in_for_parent(scope target);
    boost::asio::awaitable<validity> judge_parent(std::shared_ptr<const token> parent, bool named_dead);
    boost::asio::awaitable<login_answer> rescope(std::shared_ptr<const token> parent, scope target);

    bool may_know_other_form(const login_answer& answer, const scope& asked) const noexcept;
    void keep_parent(std::shared_ptr<const token> fresh);
    void forgo_rescoping();
    /// How long before its end a person is asked for the next passcode.
    duration passcode_notice(duration life) const noexcept;
    bool needs_person() const noexcept { return takes_passcode() && !x_identity.auth.totp; }
    bool takes_passcode() const noexcept { return x_identity.auth.multifactor || x_receipt_seen; }
    bool opens_by_rescoping() const noexcept;
    fetch_result unreadable(const problem& why) const;
    fetch_result wrong_scope(const scope& target, const std::optional<wall_time>& iam_date) const;
    fetch_result wants_person() const;
    fetch_result given_token_ended(unsigned status) const;

    identity_config x_identity;
    const clock& x_time;
    login_guard& x_guard;
    keystone_client x_client;
    credential_reader x_credentials;
    boost::asio::any_io_executor x_executor;
    std::optional<secret_digest> x_last_digest; // of the credential of the last login

    // rescoping
    parent_token x_parent;
    turnstile x_parent_turn;
    bool x_rescoped = false;          // it has worked
    bool x_rescoping_refused = false; // and here it never will
    bool x_unscoped_refused = false;  // the IAM wants a scope in every login
    bool x_omit_unscoped = false;     // it does not know "scope":{"unscoped":{}}; not kept over restarts
    std::set<std::string>
        x_doubtful{};                 // scopes that a login has been refused for, not for the password's sake
    std::set<std::string> x_opened{}; // scopes that a login has opened
    std::weak_ptr<const token> x_last_login{};
    std::optional<instant> x_scope_judged_at{}; // when a login was last spent on a scope that was not there

    // multi-factor logins that go on (Openstack-Auth-Receipt)
    bool x_receipt_seen = false;
    secret x_receipt;
    instant x_receipt_at{};
};

} // namespace tokenward::iam
