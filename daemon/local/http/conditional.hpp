// If-Match and If-None-Match (RFC 9110, section 13) against a token's fingerprint. Pure.
#pragma once

#include "common/error.hpp"
#include "daemon/local/http/request.hpp"

#include <string>
#include <string_view>

namespace tokenward::local {

/// What a request asks of the current token before anything happens. Own copies: an answer may come much
/// later than its request. Empty without such fields, and then nothing was allocated.
class conditions {
  public:
    enum class verdict { proceed, not_modified, failed };

    conditions() = default;
    /// Errors: bad_request if a field is neither `*` nor a list of entity tags.
    static result<conditions> of(const request& asked);

    /// `fingerprint` names the current token; empty = there is none.
    verdict judge(std::string_view fingerprint) const noexcept;
    /// If-Match alone; true without one.
    bool match(std::string_view fingerprint) const noexcept;
    bool has_if_none_match() const noexcept { return !x_if_none_match.empty(); }
    bool has_if_match() const noexcept { return !x_if_match.empty(); }

  private:
    std::string x_if_match;
    std::string x_if_none_match;
};

/// Whether `list` is `*` or a list of entity tags with one in it at least.
bool is_tag_list(std::string_view list) noexcept;
/// Whether a well-formed list names the token; W/"…" counts only if `weak`. `*` names every token.
bool names_token(std::string_view list, std::string_view fingerprint, bool weak) noexcept;

} // namespace tokenward::local
