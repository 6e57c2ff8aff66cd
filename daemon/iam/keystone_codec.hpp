// Keystone v3's `auth/tokens` as text: what is asked, and what an answer of either dialect means. Pure.
// Sources: OpenStack Identity API v3, "Password authentication with scoped authorization"; Open Telekom Cloud IAM API
// reference, "Obtaining a user token".
#pragma once

#include "common/secret.hpp"
#include "daemon/core/config.hpp"
#include "daemon/core/fetch_result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tokenward::iam {

/// The most that a token may have; PKI tokens of some clouds reach 9 KiB.
constexpr std::size_t longest_token = 64 * 1024;

/// The body of POST auth/tokens for a login with a password. `scope` of kind unscoped sends none.
wiped_string password_login(const auth_config& auth, const secret& password, const scope& target);

/// What of an HTTP answer matters here. Views into it.
struct iam_answer {
    int status = 0;
    std::string_view token{};       ///< X-Subject-Token
    std::string_view date{};        ///< Date
    std::string_view retry_after{}; ///< Retry-After
    bool has_receipt = false;       ///< Openstack-Auth-Receipt
    std::string_view body{};
};

/// When the request was sent (boot) and when its answer came (wall).
struct answer_times {
    instant sent;
    wall_time received;
};

/// Whose login it was, for messages: "identity ci, scope eu-de at iam.example".
struct login_name {
    std::string identity;
    std::string scope;
    std::string host;
};

/// Judges an answer by the IAM's table of statuses. A 401 is credential_rejected with retry_rule::rearm: whether it
/// is the password's fault is for the guard to settle.
fetch_result read_login_answer(const iam_answer& answer, const answer_times& times, const login_name& who);

/// HEAD auth/tokens: 200 or 204 alive, 401 or 404 dead, anything else unknown.
validity read_validation_status(int status) noexcept;

/// "sha256:" and the first 16 hex digits of SHA-256 of the token.
std::string fingerprint_of(std::string_view token);

/// "identity ci, scope eu-de at iam.example"
std::string to_string(const login_name& who);

} // namespace tokenward::iam
