// Whether an operator should be told that a password will expire.
#pragma once

#include "common/time.hpp"

#include <optional>

namespace tokenward {

/// How urgent it is; more urgent ones are greater.
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
