// The ways to log in: one row for each auth_type.
#pragma once

#include "daemon/core/config.hpp"
#include "daemon/core/login_answer.hpp"

namespace tokenward {

/// How identities of one auth_type get their tokens.
struct login_way {
    /// What decides the scope of a token.
    enum class scope_of {
        login,                  ///< the login names it, or it is opened from another login's token
        application_credential, ///< it is for one scope, and the login names none
        secret,                 ///< the secret is a token, and others are opened from it: there is no login
    };
    scope_of scoped_by = scope_of::login;
    login_method method = login_method::password; ///< of a login; not used where there is none
    login_method opening = login_method::token;   ///< how a scope is opened from a token
};

/// The table. A row that is missing is a warning of the compiler, and so an error.
constexpr login_way way_of(auth_type type) noexcept {
    using enum login_way::scope_of;
    switch (type) {
    case auth_type::password: return {.scoped_by = login, .method = login_method::password};
    case auth_type::application_credential:
        return {.scoped_by = application_credential, .method = login_method::application_credential};
    case auth_type::token: return {.scoped_by = secret};
    }
    return {};
}

} // namespace tokenward
