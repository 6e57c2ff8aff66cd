// A credential: a value that an IAM issues and that expires. Each kind derives from it and adds what the IAM
// says about it.
#pragma once

#include "common/secret.hpp"
#include "common/time.hpp"

#include <memory>
#include <optional>
#include <string>

namespace tokenward {

/// Something that the IAM names by id and name.
struct named_ref {
    std::string id;
    std::string name;
    friend bool operator==(const named_ref&, const named_ref&) = default;
};

/// What all kinds have in common. The life cycle, the cache and the service use nothing else. Immutable once
/// it is in the cache.
struct credential {
    credential() = default;
    credential(credential&&) noexcept = default;
    credential& operator=(credential&&) noexcept = default;
    virtual ~credential() = default;

    secret value{};
    std::string fingerprint{}; ///< "sha256:" and the first 16 hex digits of SHA-256 of the value
    wall_time issued_at{};     ///< the IAM's clock
    wall_time expires_at{};    ///< the IAM's clock
    duration lifetime{};       ///< expires_at − issued_at, > 0
    instant minted{};          ///< our clock, read before the request was sent: lifetime is counted from here
    std::optional<wall_time> iam_date{}; ///< the answer's `Date`: shows a pause of the machine

    duration granted{}; ///< the lifetime that a login gets, if that is more than `lifetime` (rescoping)
    std::optional<duration> renew_ahead{}; ///< when before its end it is due; none: at two thirds of its life
    bool renewable = true; ///< false: a given token, or one that was opened from it, ends for good

    named_ref user{};                               ///< whose it is at the IAM
    std::optional<wall_time> password_expires_at{}; ///< of that user; none = never

    instant expires() const noexcept { return minted + lifetime; }
};

using credential_ptr = std::shared_ptr<const credential>;

/// Whether an operator should be told that a password will expire, and how urgent it is; more urgent ones are
/// greater.
enum class password_notice { none, fourteen_days, three_days };

/// `expires` and `now` by the IAM's clock; no `expires` = the password never does.
constexpr password_notice notice_of(const std::optional<wall_time>& expires, wall_time now) noexcept {
    using std::chrono::days;
    if (!expires) return password_notice::none;
    const duration left = between(now, *expires);
    if (left > days(14)) return password_notice::none;
    return left > days(3) ? password_notice::fourteen_days : password_notice::three_days;
}

} // namespace tokenward
