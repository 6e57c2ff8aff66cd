// The answers to a get, built once when the token comes; of a hit nothing is left to do but to patch a few
// digits.
#pragma once

#include "daemon/core/token_cache.hpp"
#include "daemon/local/api/catalog.hpp"
#include "daemon/local/api/token_document.hpp"
#include "daemon/local/http/media.hpp"
#include "daemon/local/http/response.hpp"

#include <memory>

namespace tokenward::local {

/// A token longer than this is left out of the header: some clients take header lines of 8,190 bytes at the
/// most.
inline constexpr std::size_t longest_token_in_header = 8000;

/// A token's answers as bytes in wiped memory.
class rendering final : public token_rendering {
  public:
    rendering(const token_owner& owner, const token& subject);

    /// The answer as of `now` to `keeper`, the token that this belongs to. `expires`: when it ceases to be
    /// served. Allocates nothing. The bytes are patched in place: two answers of different seconds must not
    /// be held at once. REQUIRES: now <= expires.
    response answer(token_ptr keeper, media form, bool head, const moment& now, instant expires) noexcept;
    /// The JSON document alone, as of now.
    std::string_view document(const moment& now, instant expires) noexcept;

    /// The catalog of `subject`, the token that this belongs to: taken apart when it is first asked for.
    const catalog& services(const token& subject, catalog_pool& pool);

  private:
    void patch(const moment& now, instant expires) noexcept;

    wiped_string x_json; // header and body
    std::size_t x_json_head = 0;
    std::size_t x_digits = 0;
    std::size_t x_digits_size = 0;
    wiped_string x_text; // header; the body is the token itself
    std::string_view x_value;
    std::chrono::sys_seconds x_date{}; // as it stands in the bytes
    std::int64_t x_seconds = -1;
    std::shared_ptr<const catalog> x_services; // null until asked for
};

/// What token_service asks for when a token comes (token_service::parts::render).
std::unique_ptr<token_rendering> render(const cache_entry& entry, const token& subject);

/// The rendering that render() gave to the token. REQUIRES: it did.
rendering& rendering_of(const token& subject) noexcept;

/// `X-Subject-Token: …` with its CRLF, unless the token is too long for it.
void append_subject_token(wiped_string& out, const token& subject);

/// `ETag: "FP"` and the other fields that 200 and 304 share, each with its CRLF.
std::string token_fields(std::string_view fingerprint);

} // namespace tokenward::local
