// The bytes of Keystone's requests, and what its answers mean. Pure: no I/O, time as an argument.
#pragma once

#include "common/scope.hpp"
#include "common/secret.hpp"
#include "daemon/core/config.hpp"
#include "daemon/core/login_answer.hpp"
#include "daemon/iam/net/http_messages.hpp"

#include <string>
#include <string_view>

namespace tokenward::iam {

/// The longest token that is taken.
constexpr std::size_t most_token_bytes = std::size_t{64} * 1024;

/// What a login shows; none of it is owned.
struct login_proof {
    login_method method = login_method::password;
    const secret* value = nullptr;     ///< the password, the credential's secret, the token; null with totp
    const secret* passcode = nullptr;  ///< with password_and_totp and totp
    const named_ref* holder = nullptr; ///< with token: whose it is; null: not known
    bool omit_unscoped = false;        ///< the IAM does not know "scope":{"unscoped":{}}
};

/// The body of POST /v3/auth/tokens. JSON; holds the secrets of `proof`.
wiped_string format_login(const auth_config& who, const login_proof& proof, const scope& target);

/// What a login was, for the texts of its errors and to compare the answer with, and when.
struct login_facts {
    std::string_view iam;      ///< the host of auth_url
    std::string_view identity; ///< its name
    std::string_view user;     ///< in words
    std::string_view scope;    ///< in words
    const secret* proof; ///< so that a text of the IAM that quotes it is withheld; null: nothing to quote
    moment asked;        ///< read before the request was sent
    login_method method = login_method::password;
    // What was asked for; null: nothing in particular, so that no answer contradicts it.
    const tokenward::scope* target = nullptr; ///< as sent
    const auth_config* who = nullptr;         ///< the user
    const named_ref* holder = nullptr;        ///< see login_proof
};

/// What a token of an answer says that the request contradicts, in words ("a token for project alpha");
/// empty: nothing. A field that it lacks contradicts nothing.
std::string find_mismatch(const token& granted, const login_facts& facts);

/// Text of the IAM's, made fit to be shown; "(withheld)" if it quotes the secret.
std::string quote_iam(std::string_view text, const secret* proof);

/// Reads the answer to a login, by the table in keystone_failure.cpp. A result's `retry` is right but for
/// 401: whether that is about the password or the scope is found out by the login flow. A token that is for
/// another scope or user than was asked for is somebody else's answer: iam_protocol, and what became of this
/// login is not known.
login_answer parse_login(const http_answer& answer, const login_facts& facts);

/// Reads the answer to GET /v3/auth/tokens about a token that was given to us: 200 is the token, its life
/// counted from its issue on, unless it is said to be another; all else is read as a failure.
login_answer parse_description(const http_answer& answer, const login_facts& facts);

/// Reads the answer to HEAD or GET /v3/auth/tokens: 200 and 204 alive; 401, 404 and words that name the token
/// (core/refusal) dead; all else unknown.
validation parse_validation(const http_answer& answer);

/// Whether an answer to HEAD /v3/auth/tokens leaves open what its body would tell: GET has one.
bool says_too_little(const http_answer& answer) noexcept;

/// Whether an answer to GET /v3/auth/tokens proves nothing, since a living token may get it too (one of a
/// trust that impersonates may not ask about itself): GET /v3/auth/projects decides.
bool proves_nothing(const http_answer& answer) noexcept;

/// Reads the answer to GET /v3/auth/projects: 200 alive; 401 and words that name the token dead; all else
/// unknown.
validation parse_projects(const http_answer& answer);

/// "sha256:" and the first 16 hex digits of SHA-256; empty if OpenSSL fails.
std::string fingerprint(std::string_view token);

/// The user in words: `name@domain`, or the id.
std::string user_text(const auth_config& who);

/// Why the IAM gave no token (any status but 201).
login_answer parse_failure(const http_answer& answer, const login_facts& facts);

} // namespace tokenward::iam
