// What of a kept state may be used, under the configuration as it is now.
#pragma once

#include "daemon/core/config.hpp"
#include "daemon/core/kept_state.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tokenward {

/// All that decides whether an identity's tokens serve under another configuration too. Holds a password that
/// stands in the configuration in plain text.
wiped_string login_text(const identity_config& identity);

/// What of a kept state may be used.
struct kept_selection {
    struct unrestored_part {
        std::string identity{};
        std::string scope{};
        std::string why{};
    };
    kept_state good{};
    std::vector<unrestored_part> unrestored{}; ///< for the log
};

/// Leaves out all of another boot, and each part that is of another configuration (`logins`: by identity, as
/// it is now), of a scope that is no longer to be had, or at an end.
kept_selection select_kept(kept_state kept, const config& now_is,
                           const std::map<std::string, login_digest>& logins, std::string_view boot_id,
                           instant now);

} // namespace tokenward
