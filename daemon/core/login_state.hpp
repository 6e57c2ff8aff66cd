// What one identity's logins have shown so far, and the rules that need nothing else. All its flows share it.
#pragma once

#include "daemon/core/config.hpp"
#include "daemon/core/kept_state.hpp"
#include "daemon/core/lockout_guard.hpp"
#include "daemon/core/login_answer.hpp"
#include "daemon/core/login_step.hpp"
#include "daemon/core/login_way.hpp"
#include "daemon/core/parent_token.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tokenward {

/// Pure: the time is an argument. Not thread-safe.
struct login_state {
    /// `of` and `rules` must outlive this object.
    login_state(const identity_config& of, login_user user, lockout_guard& rules)
        : identity(of), way(way_of(of.auth.type)), who(std::move(user)), guard(rules) {}

    const identity_config& identity;
    const login_way way;
    const login_user who;
    lockout_guard& guard;

    std::vector<secret_digest> secrets{};      ///< those that were read last
    std::optional<secret_digest> last_tried{}; ///< the secret of the last login
    std::string silence{};                     ///< what was wrong at the last probe; empty: nothing

    // of scopes
    parent_token parent{};
    bool rescoped = false;            ///< rescoping has worked
    bool never_rescopes = false;      ///< and here it never will
    bool wants_scope = false;         ///< the IAM wants a scope in every login
    bool omit_unscoped = false;       ///< it does not know "scope":{"unscoped":{}}; not kept over restarts
    std::set<std::string> doubtful{}; ///< scopes that a login was denied for another reason than the password
    std::set<std::string> opened{};   ///< scopes that a login has opened
    std::weak_ptr<const token> last_login{};
    std::optional<instant> scope_judged_at{}; ///< when a login was last spent on a scope that was not there

    // of logins that go on with a passcode (Openstack-Auth-Receipt)
    bool receipt_seen = false;
    std::shared_ptr<const secret> receipt{}; ///< null: none
    instant receipt_at{};

    /// A login of this user takes a passcode.
    bool takes_passcode() const noexcept { return identity.auth.multifactor || receipt_seen; }
    /// And a person gives it.
    bool needs_person() const noexcept { return takes_passcode() && !identity.auth.totp; }
    bool may_rescope() const noexcept { return identity.rescope != rescope_mode::off; }
    /// Each scope is opened from one login's token.
    bool opens_by_rescoping() const noexcept;
    /// Nothing is known for or against the scope, or only something against it: callers may ask for any
    /// number of those, and they are not to cost a login each.
    bool may_be_unknown(const scope& target) const;
    void doubt(const scope& target);
    void remember_opened(const scope& target, const std::shared_ptr<token>& received);

    /// Scopes are opened from `received` from now on.
    void keep_parent(std::shared_ptr<const token> received);
    /// Drops it if it is still `dead`.
    void drop_parent(const token_ptr& dead) noexcept;
    /// How long before its end a person is asked for the next passcode.
    duration passcode_notice(duration life) const noexcept;
    /// Whether a login was spent on a scope that was not there less than a minute ago.
    bool tried_recently(instant now) const noexcept;
    /// Whether the IAM refuses "scope":{"unscoped":{}} and may know a login without any scope.
    bool may_know_other_form(const login_answer& answer, const scope& asked) const noexcept;

    /// Takes note of the secrets as they stand now, and puts those that were refused less often first; of
    /// those that were refused alike, what was tried last comes last. What has been replaced is tried anew,
    /// should it come back: the account may have been mended instead.
    void take_secrets(std::vector<login_secret>& all);

    /// What outlives a restart; the IAM's clock is not known here.
    kept_source keep() const;
    void restore(kept_source before);
};

/// What a caller is told of a failure.
namespace login_failures {
fetch_result unreadable(const problem& why);
fetch_result held_back(const login_state& state, const login_permit& permit);
fetch_result wrong_scope(const login_state& state, const scope& target,
                         const std::optional<wall_time>& iam_date);
fetch_result wants_person(const login_state& state);
fetch_result takes_no_passcode(const login_state& state);
fetch_result ended_meanwhile(const login_state& state, const scope& target,
                             const std::optional<wall_time>& iam_date);
fetch_result given_token_ended(const login_state& state, unsigned status);
fetch_result credential_of_another_scope(const login_state& state, const token& granted, const scope& target,
                                         const std::optional<wall_time>& iam_date);
} // namespace login_failures

} // namespace tokenward
