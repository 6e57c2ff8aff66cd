// What the IAM answered to a login, or to a request that opens a scope: data, whichever API it speaks.
#pragma once

#include "common/secret.hpp"
#include "daemon/core/fetch_result.hpp"
#include "daemon/core/lockout_guard.hpp"
#include "daemon/core/token.hpp"

#include <memory>
#include <variant>

namespace tokenward {

/// How a login proves who it is: Keystone's authentication methods.
enum class login_method {
    password,
    password_and_totp,
    totp,                   ///< the second half of a login whose first half gave a receipt
    application_credential, ///< takes no scope
    token,                  ///< another token: rescoping
};

/// What the IAM said about the secret itself, whatever the scope.
enum class secret_verdict {
    accepted, ///< 201, or a receipt: the password is right, and a second factor is wanted
    refused,  ///< 401: wrong user, password, code or, with Keystone, scope
    unsaid,   ///< anything else
};

/// How far a login got.
enum class login_reach {
    called_off,  ///< cancelled by ourselves before the whole of it was sent
    not_sent,    ///< nobody has the whole of it: name, connection, proxy or TLS failed, or it was cut
    answer_lost, ///< it went out whole, and what the IAM made of it is unknown: a reset, a time-out, an
                 ///< answer that is cut short or another's, a gateway's 502 or 504. It may have been counted
    answered,    ///< the IAM's own answer is there
};

struct login_answer {
    secret_verdict about_secret = secret_verdict::unsaid;
    fetch_result result{};
    unsigned status = 0; ///< of HTTP; 0 = there was no answer
    secret receipt{};    ///< Openstack-Auth-Receipt; empty = none
    login_reach reach = login_reach::answered;
    bool names_dead_token = false; ///< its words say that the token it was to be opened from is dead
};

/// Whether the answer is a token.
inline bool has_token(const login_answer& answer) noexcept {
    return std::holds_alternative<std::shared_ptr<credential>>(answer.result.outcome);
}

/// That token. REQUIRES: has_token(answer).
inline std::shared_ptr<token> token_of(const login_answer& answer) {
    return token_of(std::get<std::shared_ptr<credential>>(answer.result.outcome));
}

/// What the answer, or the lack of one, means for the IAM's count of failures. What nobody can vouch for is
/// lost: it may have been counted.
login_end end_of(const login_answer& answer) noexcept;

/// Whether an IAM answers so to a token that is dead, or for a scope that is not to be had.
bool is_about_parent_or_scope(const login_answer& answer) noexcept;

/// Whether it answers so to a login without a scope if every login must name one: 400, and no word about the
/// secret.
bool is_not_understood(const login_answer& answer) noexcept;

} // namespace tokenward
