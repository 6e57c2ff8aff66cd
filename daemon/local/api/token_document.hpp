// The JSON that describes a token to callers, with room for the digits that change.
#pragma once

#include "common/secret.hpp"
#include "daemon/core/token.hpp"

#include <cstddef>
#include <string_view>

namespace tokenward::local {

/// Whose token it is, as shown.
struct token_owner {
    std::string_view identity;
    std::string_view scope;
};

/// The document's text, and the place of the value of `expires_in` in it: blanks that write_number() fills.
struct token_document {
    wiped_string text;
    std::size_t digits_at = 0;
    std::size_t digits_size = 0;
};

/// `{"token":…,"methods":[…]}`, its members in the contract's order.
token_document make_token_document(const token_owner& owner, const token& subject);

/// Writes `value` at the left of `size` characters and spaces behind it.
/// REQUIRES: value >= 0, and its digits fit.
void write_number(char* at, std::size_t size, std::int64_t value) noexcept;

/// Appends `text` in quotes, escaped as RFC 8259 wants it.
void append_json_string(wiped_string& out, std::string_view text);

} // namespace tokenward::local
