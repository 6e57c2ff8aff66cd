// One token as the IAM gave it, and what is known of it.
#pragma once

#include "common/secret.hpp"
#include "common/time.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tokenward {

/// Something that the IAM names by id and name.
struct named_ref {
    std::string id;
    std::string name;
    friend bool operator==(const named_ref&, const named_ref&) = default;
};

/// A token and its description; immutable once it is in the cache.
struct token {
    secret value;
    std::string fingerprint; ///< "sha256:" and the first 16 hex digits of SHA-256 of the value
    wall_time issued_at{};   ///< the IAM's clock
    wall_time expires_at{};  ///< the IAM's clock
    duration lifetime{};     ///< expires_at − issued_at, > 0
    instant minted{};        ///< our clock, read before the request was sent: the life is counted from here
    std::optional<wall_time> iam_date{}; ///< the answer's `Date`: tells a paused machine (see lifecycle)

    named_ref user{};
    named_ref user_domain{};
    std::optional<named_ref> project{};
    std::optional<named_ref> project_domain{};
    std::optional<named_ref> domain{};
    bool of_system = false; ///< it is for the whole system, and for no project or domain
    std::vector<std::string> methods{};
    std::optional<wall_time> password_expires_at{}; ///< none = never
    std::string mfa_authn_at{};                     ///< as the IAM wrote it; empty = it did not say
    duration granted{}; ///< what a full login lives, if that is more than `lifetime` (rescoping)
    std::optional<duration> renew_ahead{}; ///< when before its end it is due; none: at two thirds of its life
    bool renewable = true; ///< false: a given token, or one that was opened from it, ends for good
    std::string body{};    ///< the IAM's own bytes, JSON: {"token":{…}}; holds no token value

    instant expires() const noexcept { return minted + lifetime; }
};

using token_ptr = std::shared_ptr<const token>;

} // namespace tokenward
