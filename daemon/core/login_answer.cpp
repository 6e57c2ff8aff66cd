// What an answer to a login means: for the IAM's count of failures, and for the token it was opened from.
#include "daemon/core/login_answer.hpp"

namespace tokenward {
namespace {

/// Whether whoever answered so has not looked at the secret, or has found no fault with it.
bool is_about_something_else(const login_answer& answer) noexcept {
    switch (answer.status) {
    case 300:
    case 301:
    case 302:
    case 303:
    case 307:
    case 308: // a redirect comes before any judgement
    case 400: // it does not understand the request
    case 403: // the user is known, but may not
    case 404:
    case 405:
    case 408: // it did not get the whole request
    case 413:
    case 415:
    case 425:              // it has not begun with it
    case 429: return true; // its rate limit
    case 503: {            // an overload if it says until when; else a gateway's word on a broken connection
        const auto* failure = std::get_if<fetch_failure>(&answer.result.outcome);
        return failure != nullptr && failure->error.retry_after.has_value();
    }
    default: return false;
    }
}

} // namespace

login_end end_of(const login_answer& answer) noexcept {
    switch (answer.about_secret) {
    case secret_verdict::accepted: return login_end::accepted;
    case secret_verdict::refused: return login_end::refused;
    case secret_verdict::unsaid: break;
    }
    switch (answer.reach) {
    case login_reach::called_off: return login_end::unsent;
    case login_reach::not_sent: return login_end::unreachable;
    case login_reach::answer_lost: return login_end::lost;
    case login_reach::answered: break;
    }
    return is_about_something_else(answer) ? login_end::unjudged : login_end::lost;
}

bool is_about_parent_or_scope(const login_answer& answer) noexcept {
    return answer.status == 401 || answer.status == 403 || answer.status == 404 || answer.names_dead_token;
}

bool is_not_understood(const login_answer& answer) noexcept {
    return answer.status == 400 && answer.about_secret == secret_verdict::unsaid;
}

} // namespace tokenward
