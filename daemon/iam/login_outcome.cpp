// See login_outcome.hpp.
#include "daemon/iam/login_outcome.hpp"

namespace tokenward::iam {
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
    switch (answer.credential) {
    case credential_word::accepted: return login_end::accepted;
    case credential_word::refused: return login_end::refused;
    case credential_word::unsaid: break;
    }
    if (answer.reach == login_reach::not_sent) return login_end::unreachable;
    if (answer.reach == login_reach::answer_lost) return login_end::lost;
    return is_about_something_else(answer) ? login_end::unjudged : login_end::lost;
}

} // namespace tokenward::iam
