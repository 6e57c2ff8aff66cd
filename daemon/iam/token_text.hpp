// The text of a login's answer: the part that is checked, and the whole, kept for callers who want the IAM's
// own answer. Pure.
#pragma once

#include "common/secret.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace tokenward::iam {

/// A token's description.
struct token_text {
    boost::json::value description{}; ///< the object `token` but for its catalog, which is not taken apart
    std::string body{};               ///< the whole answer, byte for byte; holds no token value
};

/// Reads `{"token":{…}}`; where the text holds `value` as a string, `body` has `[redacted]` in its place.
/// Gives what is wrong with the text, to complete "… answered … with 201 …": it is no JSON (RFC 8259; 32
/// levels at most) or describes no token, or not one alone. Empty: nothing.
std::string_view read_token_text(std::string_view text, const secret& value, token_text& into);

} // namespace tokenward::iam
