// Selects the parts of a kept state that may be used under the present configuration.
#pragma once

#include "daemon/core/config.hpp"
#include "daemon/core/kept_state.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tokenward {

/// The settings of an identity's login, as bytes: kept tokens are used only if these are the same. They
/// include a password that the configuration has as plain text.
wiped_string login_text(const identity_config& identity);

/// By identity: the digest of its login_text(). Throws std::runtime_error if OpenSSL can't make one.
std::map<std::string, login_digest> login_digests(const config& c);

/// The parts of a kept state that may be used, and why the others may not.
struct kept_selection {
    struct unrestored_part {
        std::string identity{};
        std::string scope{};
        std::string why{};
    };
    kept_state good{};
    std::vector<unrestored_part> unrestored{}; ///< for the log
};

/// Leaves out everything if it is from another boot; else each part whose login has changed (`logins`: the
/// present digests by identity), whose scope is no longer available, or that has expired.
kept_selection select_kept(kept_state kept, const config& now_is,
                           const std::map<std::string, login_digest>& logins, std::string_view boot_id,
                           instant now);

} // namespace tokenward
