// The body of POST /v3/auth/tokens, taken apart.
#pragma once

#include "tests/support/standin/identities.hpp"
#include "tests/support/standin/settings.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tokenward::standin {

enum class target_kind { unscoped, project, domain };

struct target {
    target_kind kind = target_kind::unscoped;
    reference what{};

    /// "project:NAME", "project_id:ID", "domain:NAME", "domain_id:ID", "unscoped"
    std::string text() const;
};

struct login_request {
    std::vector<std::string> methods{};
    reference who{};           ///< of the password, else of the passcode
    reference passcode_user{}; ///< must be the same
    std::string password{};
    std::string passcode{};
    std::string parent_token{};
    std::string credential_id{};
    std::string credential_secret{};
    target wanted{};
    bool says_scope = false;
    bool names_unscoped = false; ///< "scope":{"unscoped":{}}

    bool has_method(std::string_view name) const;
    /// "password+totp"
    std::string method_text() const;
    /// The name that was sent, else the id; empty when neither was (a token, an application credential).
    std::string user_text() const { return who.name.empty() ? who.id : who.name; }
};

/// Throws std::invalid_argument for what the IAM answers with 400. OTC takes a project and a domain together
/// (and means the project), and a project's name without its domain; Keystone does neither.
login_request parse_login(std::string_view body, dialect manners);

} // namespace tokenward::standin
