// The answers to a get, built once for each token: a hit only patches a few digits.
#pragma once

#include "daemon/core/token.hpp"
#include "daemon/local/api/catalog.hpp"
#include "daemon/local/api/token_document.hpp"
#include "daemon/local/http/media.hpp"
#include "daemon/local/http/response.hpp"

#include <cstdint>
#include <memory>
#include <unordered_map>

namespace tokenward::local {

/// A token longer than this is left out of the header: some clients take header lines of 8,190 bytes at the
/// most.
inline constexpr std::size_t longest_token_in_header = 8000;

/// The answers to gets of one token, as bytes in wiped memory.
class token_answer {
  public:
    token_answer(const token_owner& owner, const token& subject);

    /// The answer as of `now`, which holds `self` until it is sent. `subject`: the token that it was built
    /// for; `expires`: when that ceases to be served. Allocates nothing but for the first answer as text. The
    /// bytes are patched in place: two answers of different seconds must not be held at once. REQUIRES: now
    /// <= expires.
    static response answer(const std::shared_ptr<token_answer>& self, const credential& subject, media form,
                           bool head, const moment& now, instant expires);
    /// The JSON document alone, as of now.
    std::string_view document(const moment& now, instant expires) noexcept;

    /// The catalog of `subject`, as in answer(): parsed when it is first asked for.
    const catalog& services(const token& subject, catalog_pool& pool);

  private:
    void patch(const moment& now, instant expires) noexcept;
    void build_text(const credential& subject);

    wiped_string x_json; // header and body
    std::size_t x_json_head = 0;
    std::size_t x_digits = 0;
    std::size_t x_digits_size = 0;
    wiped_string x_text; // header and body; empty until asked for
    std::size_t x_text_head = 0;
    std::chrono::sys_seconds x_date{}; // as in the bytes
    std::int64_t x_seconds = -1;
    std::shared_ptr<const catalog> x_services; // null until asked for
};

/// The answers of the tokens that have been asked for, at most one for each scope. One thread.
class token_answers {
  public:
    /// The answers of the token `subject`, built if there are none yet. `scope`: the id of its scope, never
    /// used again for another (entry_id). Valid until the next call. If they exist it costs a look-up and
    /// allocates nothing.
    const std::shared_ptr<token_answer>& of(std::uint64_t scope, const token_owner& owner,
                                            const credential_ptr& subject);

    /// Wipes the answers of tokens that nobody holds any more. To be called about once a second.
    void drop_ended() noexcept;
    /// Wipes all. To be called when nobody is connected.
    void clear() noexcept { x_places.clear(); }
    std::size_t size() const noexcept { return x_places.size(); }

  private:
    struct place {
        std::weak_ptr<const credential> subject;
        std::shared_ptr<token_answer> bytes;
    };
    std::unordered_map<std::uint64_t, place> x_places; // by scope
};

/// `X-Subject-Token: …` with its CRLF, unless the token is too long for it.
void append_subject_token(wiped_string& out, const credential& subject);

/// `ETag: "FP"` and the other fields that 200 and 304 share, each with its CRLF.
std::string token_fields(std::string_view fingerprint);

} // namespace tokenward::local
