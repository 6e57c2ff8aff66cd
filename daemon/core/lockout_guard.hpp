// Keeps Tokenward from locking a user out of the IAM: decides whether a login with a password may be sent.
#pragma once

#include "daemon/core/time.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace tokenward {

/// Tells one value of a secret from another; the guard compares it and nothing else.
using secret_digest = std::array<std::uint8_t, 8>;

/// Whom the IAM would lock: all scopes, and all identities that log in as the same user, count together.
struct login_user {
    std::string origin; ///< scheme, host and port of the IAM
    std::string user;   ///< the user in words: id, or name and domain
    friend bool operator==(const login_user&, const login_user&) = default;
    friend bool operator<(const login_user& a, const login_user& b) noexcept {
        return std::tie(a.origin, a.user) < std::tie(b.origin, b.user);
    }
};

/// What the guard remembers of one value of a secret.
struct guarded_secret {
    secret_digest digest{};
    unsigned refused = 0;   ///< logins that the IAM answered with 401: 1 = unsettled, 2 = rejected
    bool in_flight = false; ///< a login was sent whose end is not known
    bool proven = false;    ///< a login succeeded in this process; not kept in the file
    friend bool operator==(const guarded_secret&, const guarded_secret&) = default;
};

/// A login that was refused, or may have been; in the state file by the wall clock.
template <class Time>
struct guarded_attempt {
    secret_digest digest{};
    Time at{};
    friend bool operator==(const guarded_attempt&, const guarded_attempt&) = default;
};

/// What outlives a restart, for one user. Holds no secret.
struct guarded_user {
    login_user who;
    std::vector<guarded_secret> secrets;
    std::vector<guarded_attempt<wall_time>> attempts;
    std::optional<std::int64_t> totp_step{}; ///< the last one whose passcode was sent
    friend bool operator==(const guarded_user&, const guarded_user&) = default;
};
using guard_state = std::vector<guarded_user>;

/// What may be sent next.
struct login_permit {
    enum class advice {
        go,           ///< the login that is wanted
        settle_first, ///< an unscoped login, which tells a wrong password from a wrong scope
        rejected,     ///< nothing
    };
    advice what = advice::go;
    std::optional<duration> retry_after{}; ///< with rejected: then it may go on; none = not with this secret
};

/// The rules. A refusal is a 401; any other failure says nothing about the password. The first refusal of a
/// secret leaves it unsettled: the scope may be wrong, for Keystone answers both alike. An unscoped login
/// settles it. Two refusals and the secret is rejected until it changes. Besides, at most 4 refused logins in
/// any 15 minutes, whatever changes.
///
/// Logins of one user are strictly serial, which is the caller's to see to: next(), sending(), one of
/// accepted(), refused(), unanswered(), and so on. Pure: the time is an argument.
class lockout_guard {
  public:
    static constexpr unsigned most_refusals = 2;
    static constexpr unsigned most_attempts = 4;
    static constexpr duration attempt_window = std::chrono::minutes(15);
    static constexpr std::size_t most_secrets =
        4; ///< remembered per user; the least recently used goes first

    login_permit next(const login_user& who, const secret_digest& digest, instant now);
    /// Whether this process has seen the IAM accept the secret: then there is no need to write ahead.
    bool is_proven(const login_user& who, const secret_digest& digest) const noexcept;

    /// A login is about to be sent. Until its end is told it counts as refused in the window.
    void sending(const login_user& who, const secret_digest& digest, instant now);
    /// 201: the password is right, and what was refused before it was about the scope.
    void accepted(const login_user& who, const secret_digest& digest);
    /// 401.
    void refused(const login_user& who, const secret_digest& digest);
    /// Anything else, or no answer at all.
    void unanswered(const login_user& who, const secret_digest& digest);

    /// A person logs in, and answers for the secret: what was refused is forgiven, but the window holds.
    void forgive(const login_user& who, const secret_digest& digest);
    /// How often the secret has been refused, as far as it is known.
    unsigned refusals(const login_user& who, const secret_digest& digest) const noexcept;

    /// How many logins of the user count in the window: those that were refused, or whose end is not known.
    std::size_t recent_attempts(const login_user& who, instant now) const noexcept;

    /// A passcode is good for one login. Whether that of this step (RFC 6238), or a later one, was sent.
    bool is_spent(const login_user& who, std::int64_t totp_step) const noexcept;
    void spend(const login_user& who, std::int64_t totp_step);

    /// What is to be kept in the state file; users of whom there is nothing to say are left out.
    guard_state save(const moment& now) const;
    /// Takes up what save() gave, in this process or an earlier one. Times in the future count as now. A
    /// login that was in flight may have been refused: it leaves its secret unsettled, but never rejects it.
    void restore(const guard_state& state, const moment& now);

  private:
    struct record {
        std::vector<guarded_secret> secrets;            // the least recently used first
        std::vector<guarded_attempt<instant>> attempts; // in the order of time
        std::optional<std::int64_t> totp_step;
    };

    static guarded_secret& touch(record& user, const secret_digest& digest);
    static void drop_old_attempts(record& user, instant now);
    const guarded_secret* find(const login_user& who, const secret_digest& digest) const noexcept;

    std::map<login_user, record> x_users;
};

} // namespace tokenward
