// One-time passcodes: RFC 6238 with SHA-1, six digits, steps of 30 seconds.
#pragma once

#include <string>
#include <string_view>

namespace tokenward::standin {

/// The passcode of a step (seconds since 1970, divided by 30). `secret` is base32; anything after a character
/// that is not is ignored.
std::string totp(std::string_view secret, long long step);

} // namespace tokenward::standin
