// Keeps Tokenward from locking a user out of the IAM: decides whether a login with a password may be sent.
#pragma once

#include "common/time.hpp"

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
    bool proven = false;    ///< the IAM has accepted it, and has not refused it since
    friend bool operator==(const guarded_secret&, const guarded_secret&) = default;
};

/// A login that was refused, or may have been; in the state file by the wall clock.
template <class Time>
struct guarded_attempt {
    secret_digest digest{};
    Time at{};
    bool unknown = false; ///< whether the IAM has counted it is not known
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

/// How a login ended, for the IAM's count of failures.
enum class login_end {
    accepted,    ///< the secret is right
    refused,     ///< 401: counted
    unjudged,    ///< answered without a look at the secret: not counted
    lost,        ///< sent in full, but the answer is lost, or is not the IAM's own: it may have been counted
    unreachable, ///< never sent in full, for the IAM can't be reached: not counted
    unsent,      ///< never sent in full, for a reason of our own: not counted
};

/// What a request without secrets (GET /v3) has shown of the IAM.
enum class probe_result { not_asked, silent, answers };

/// What may be sent next.
struct login_permit {
    enum class advice {
        go,           ///< the login that is wanted
        settle_first, ///< an unscoped login, which tells a wrong password from a wrong scope
        probe_first,  ///< a request without secrets; then next() once more
        wait,         ///< nothing now; `why`, and `retry_after`
        rejected,     ///< nothing with this secret
    };
    enum class reason {
        none,
        refusals,         ///< too many logins within 15 minutes, all of them refused
        unknown_outcomes, ///< likewise, but of some it is not known whether they were
        pace,             ///< the answer to the last login was lost a moment ago
        silence,          ///< the IAM does not answer the probe
    };
    advice what = advice::go;
    std::optional<duration> retry_after{}; ///< with wait; none: as soon as another probe shows something new
    reason why = reason::none;
};

/// Allows a login, or says why it has to wait.
///
/// Refusals: after the first one of a secret it is open whether the secret or the scope is wrong, for
/// Keystone answers both with 401. A login without a scope settles it. After two the secret is rejected until
/// it changes.
///
/// The window: at most 4 logins of a user in any 15 minutes that were refused, or, with a secret that is not
/// proven, may have been, because their answers were lost.
///
/// Pace: after a lost answer, or while the IAM can't be reached, a login with a secret that is not proven
/// comes after a probe that is answered. While the IAM stays up, further ones are spaced out: 2 s, 20 s,
/// 200 s. When it comes back after a silence, the login goes out at once.
///
/// REQUIRES: logins of one user are strictly serial: next(), sending(), end(), and so on. Pure: the time is
/// an argument.
class lockout_guard {
  public:
    static constexpr unsigned most_refusals = 2;
    static constexpr unsigned most_attempts = 4;
    static constexpr duration attempt_window = std::chrono::minutes(15);
    static constexpr duration first_pace = std::chrono::seconds(2); ///< tenfold with each further one
    static constexpr duration probe_rest = std::chrono::seconds(1); ///< a silence counts for those who queue
    /// Remembered per user; the least recently used goes first.
    static constexpr std::size_t most_secrets = 4;

    /// `probe`: what came of the advice probe_first. `by_person`: somebody waits for the outcome; there is no
    /// pace then.
    login_permit next(const login_user& who, const secret_digest& digest, instant now,
                      probe_result probe = probe_result::not_asked, bool by_person = false);
    /// Whether the IAM has accepted the secret: then there is no need to write ahead, and lost answers don't
    /// count.
    bool is_proven(const login_user& who, const secret_digest& digest) const noexcept;

    /// A login is about to be sent. Until its end is told it counts in the window, unless it is proven.
    void sending(const login_user& who, const secret_digest& digest, instant now);
    /// REQUIRES: sending() before it.
    void end(const login_user& who, const secret_digest& digest, login_end how, instant now);

    /// A person logs in, and answers for the secret: what was refused is forgiven, but the window holds.
    void forgive(const login_user& who, const secret_digest& digest) noexcept;
    /// How often the secret has been refused, as far as it is known.
    unsigned refusals(const login_user& who, const secret_digest& digest) const noexcept;

    /// How many logins of the user count in the window.
    std::size_t recent_attempts(const login_user& who, instant now) const noexcept;

    /// A passcode is good for one login: the step (RFC 6238) of the last one that was sent.
    std::optional<std::int64_t> spent_step(const login_user& who) const noexcept;
    void spend(const login_user& who, std::int64_t totp_step);

    /// Grows whenever what save() gives may have changed by another cause than the time.
    std::uint64_t changes() const noexcept { return x_changes; }
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
        bool away = false; // the IAM was not there when it was last asked
        instant silent_at = instant::min();
    };

    static guarded_secret& touch(record& user, const secret_digest& digest);
    static void drop_old_attempts(record& user, instant now);
    static login_permit full_window(const record& user, instant now) noexcept;
    static login_permit pace(record& user, const secret_digest& digest, instant now, probe_result probe,
                             bool by_person) noexcept;
    const guarded_secret* find(const login_user& who, const secret_digest& digest) const noexcept;

    std::map<login_user, record> x_users;
    std::uint64_t x_changes = 0;
};

} // namespace tokenward
