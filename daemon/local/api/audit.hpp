// Audit lines in the log: who got a token, at most once a minute for each caller and scope, and who reported
// one.
#pragma once

#include "common/time.hpp"
#include "daemon/core/access.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>

namespace tokenward::local {

/// Pure: decides when a line is due. Beyond `most` the least recently seen entry is dropped; its next get is
/// logged again.
class audit_limiter {
  public:
    static constexpr duration pause = std::chrono::minutes(1); ///< between two lines of a caller and scope
    static constexpr std::size_t most = 4096;

    /// A caller got a token of the entry. If a line is due, returns how many gets it is for, this one
    /// included. Callers with different units are told apart if rules name units (caller::known_unit).
    /// REQUIRES: `now` never goes back.
    std::optional<std::uint64_t> given(const caller& who, std::uint64_t entry, instant now);

  private:
    struct caller_and_scope {
        std::optional<unsigned> uid;
        std::uint64_t entry;
        std::size_t unit; // its hash
        friend bool operator<(const caller_and_scope& a, const caller_and_scope& b) noexcept {
            return std::tie(a.uid, a.entry, a.unit) < std::tie(b.uid, b.entry, b.unit);
        }
    };
    struct record {
        caller_and_scope of;
        instant next_line;
        std::uint64_t unlogged = 0;
    };

    std::list<record> x_records; // least recently seen first
    std::map<caller_and_scope, std::list<record>::iterator> x_places;
};

/// Logs that a caller got a token. Calls `who.unit()`, which costs system calls.
void log_token_given(const caller& who, std::string_view identity, std::string_view scope,
                     std::string_view fingerprint, std::uint64_t gets);

/// Logs who reported a token that was then dropped. `who` null: the caller has hung up since.
void log_token_refused(const caller* who, std::optional<unsigned> uid, std::string_view identity,
                       std::string_view scope, std::string_view fingerprint);

} // namespace tokenward::local
