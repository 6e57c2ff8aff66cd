// Passcodes of virtual MFA: RFC 6238 (TOTP) with SHA-1, the secret in base32 (RFC 4648).
#pragma once

#include "common/error.hpp"
#include "common/secret.hpp"
#include "common/time.hpp"

#include <chrono>
#include <cstdint>

namespace tokenward::iam {

/// The key in a secret as people are given it: base32 in either case, with or without spaces and padding.
/// Errors: internal, without any of the text.
result<secret> decode_totp_secret(const secret& base32);

/// Which step of `period` the time is in.
std::int64_t totp_step(wall_time at, std::chrono::seconds period) noexcept;

/// The passcode of a step: `digits` (6 to 8) decimal digits. Throws std::runtime_error if liboath makes none:
/// an empty one must not be sent.
secret totp_passcode(const secret& key, std::int64_t step, unsigned digits);

} // namespace tokenward::iam
