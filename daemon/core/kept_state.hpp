// What outlives a restart: tokens and what is known beside them, as data and as the bytes that the service
// manager keeps.
#pragma once

#include "common/scope.hpp"
#include "common/secret.hpp"
#include "daemon/core/config.hpp"
#include "daemon/core/token.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tokenward {

/// SHA-256 of login_text(): the configuration that something kept belongs to.
using login_digest = std::array<std::uint8_t, 32>;

/// Whose it is.
struct kept_owner {
    std::string identity{};
    login_digest login{};
    friend bool operator==(const kept_owner&, const kept_owner&) = default;
};

/// How one key's token stands. Times are CLOCK_BOOTTIME: they hold until the machine is booted again.
struct kept_life {
    token_ptr held{};      ///< may be null: then only the refusals are known
    instant expires{};     ///< may be before its own end, see lifecycle::observe_iam_clock
    instant renew_at{};    ///< `never`: it is not renewed
    std::string refused{}; ///< the fingerprint of the last token that a service refused; it never comes back
    unsigned refused_in_row{0}; ///< generations refused before this one
    instant last_refusal{};
};

struct kept_entry {
    kept_owner of{};
    std::string scope_name{}; ///< as shown
    scope target{};
    std::optional<unsigned> opener{}; ///< the uid that asked for it first, if it is on demand
    kept_life life{};
};

/// What an identity's source has learnt of its IAM.
struct kept_source {
    kept_owner of{};
    std::optional<duration> clock_offset{}; ///< the IAM's wall clock at our boot instant 0
    token_ptr parent{};                     ///< of the login that opens further scopes; may be null
    duration parent_opens_for{};
    bool rescoped = false;          ///< rescoping has worked
    bool rescoping_refused = false; ///< and it never will
    bool unscoped_refused = false;  ///< the IAM wants a scope in every login
    bool receipt_seen = false;      ///< it asks for passcodes
};

struct kept_state {
    std::string boot_id{};                 ///< of the boot that the times belong to; empty = not known
    instant written{};                     ///< when
    std::optional<duration> wall_offset{}; ///< CLOCK_REALTIME − CLOCK_BOOTTIME, as last seen
    std::string guard{};                   ///< the lockout guard's memory (guard_file.hpp); empty = none
    std::vector<kept_source> sources{};
    std::vector<kept_entry> entries{};
};

/// The version that is written. The one before is read too.
inline constexpr std::uint32_t kept_version = 2;

/// The bytes, which hold tokens. `version`: kept_version, or the one before (for tests of reading it).
wiped_string format_kept_state(const kept_state& state, std::uint32_t version = kept_version);

struct parsed_kept_state {
    kept_state value{};
    std::vector<std::string> faults{}; ///< what was not taken, and why, for the log; no secrets
};

/// Any bytes. Each record has a checksum: what is damaged is left out alone; but without the one that tells
/// of which boot the times are, there is nothing.
parsed_kept_state parse_kept_state(std::string_view bytes);

/// All that decides whether an identity's tokens serve under another configuration too. Holds a password that
/// stands in the configuration in plain text.
wiped_string login_text(const identity_config& identity);

/// What of a kept state may be used.
struct kept_selection {
    struct refusal {
        std::string identity{};
        std::string scope{};
        std::string why{};
    };
    kept_state good{};
    std::vector<refusal> refused{}; ///< for the log
};

/// Refuses all of another boot, and each part that is of another configuration (`logins`: by identity, as it
/// is now), of a scope that is no longer to be had, or at an end.
kept_selection select_kept(kept_state kept, const config& now_is,
                           const std::map<std::string, login_digest>& logins, std::string_view boot_id,
                           instant now);

} // namespace tokenward
