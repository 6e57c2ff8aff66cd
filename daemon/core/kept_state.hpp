// What outlives a restart, as data: tokens, and what is known beside them.
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
    credential_ptr held{}; ///< may be null: then only the refusals are known
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
    bool rescoped = false;       ///< rescoping has worked
    bool never_rescopes = false; ///< and it never will
    bool wants_scope = false;    ///< the IAM wants a scope in every login
    bool receipt_seen = false;   ///< it asks for passcodes
};

struct kept_state {
    std::string boot_id{};                 ///< of the boot that the times belong to; empty = not known
    instant written{};                     ///< when
    std::optional<duration> wall_offset{}; ///< CLOCK_REALTIME − CLOCK_BOOTTIME, as last seen
    std::string guard{}; ///< the lockout guard's memory (guard_memory as text); empty = none
    std::vector<kept_source> sources{};
    std::vector<kept_entry> entries{};
};

} // namespace tokenward
