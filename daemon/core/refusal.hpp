// Is what a service answered about the token, or about something else? (Tables: IAM documentation and
// observation.)
#pragma once

#include <string_view>

namespace tokenward {

/// A service's answer to a request that carried the token, as the caller reports it.
struct service_answer {
    int status = 0;             ///< HTTP status
    std::string_view body = {}; ///< as received, possibly cut; any text
};

/// Whether the answer says that the token is no good (expired, revoked, unknown), so that a new one may help.
/// Status and codes count first, words only where services give nothing else.
bool is_about_the_token(const service_answer& answer) noexcept;

/// Whether its words name the token as the reason: the table in refusal.cpp. The same holds for an IAM's
/// answer to a call made with a token, or to one that shows a token. REQUIRES nothing of the status: any but
/// 400, 401 and 403 is about something else.
bool names_dead_token(const service_answer& answer) noexcept;

} // namespace tokenward
