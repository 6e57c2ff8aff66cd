// What the life cycle keeps alive: a value that an IAM issues, and that ends. Each kind of credential derives
// from it, and says there what the IAM has said of it.
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

/// What all kinds have in common, and all that the life cycle, the cache and the service know. Immutable once
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
    instant minted{};          ///< our clock, read before the request was sent: life counts from here
    std::optional<wall_time> iam_date{}; ///< the answer's `Date`: tells a paused machine (see lifecycle)

    duration granted{}; ///< what a full login lives, if that is more than `lifetime` (rescoping)
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
