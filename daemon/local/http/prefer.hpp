// Prefer (RFC 7240): how long a caller would wait for a change. Pure.
#pragma once

#include "daemon/local/http/request.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace tokenward::local {

/// Nobody is made to wait longer than this for a change.
inline constexpr std::chrono::seconds longest_watch{300};

/// The value of the first `wait` in the request's Prefer fields, longest_watch at the most; none if there is
/// no such preference or its value is no number (RFC 7240, section 2: what is not understood is ignored).
std::optional<std::chrono::seconds> wait_preference(const request& asked) noexcept;

/// `Preference-Applied: wait=…` with its CRLF (section 3). Static: an answer to ten thousand callers at once
/// allocates nothing for it. REQUIRES: 0 to longest_watch.
std::string_view applied_wait(std::chrono::seconds wait);

} // namespace tokenward::local
