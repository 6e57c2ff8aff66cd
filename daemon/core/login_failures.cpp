// What callers are told when there is no token, where that is not the IAM's own word.
#include "daemon/core/login_state.hpp"

#include <utility>

namespace tokenward::login_failures {
namespace {

std::string user_of(const login_state& state) {
    return state.identity.name + " (user " + state.who.user + ")";
}

std::string until_it_changes(const login_state& state) {
    const bool by_file = state.identity.auth.secret.from == secret_ref::source::file;
    return ": nothing more is sent until it changes where the configuration reads it" +
           std::string(by_file ? "" : " (restart tokenwardd after that)");
}

std::string why_held_back(const login_state& state, login_permit::reason why) {
    using reason = login_permit::reason;
    const std::string iam = "the IAM " + state.who.origin;
    switch (why) {
    case reason::none: return iam + " refused the credential of " + user_of(state) + until_it_changes(state);
    case reason::refusals:
        return iam + " refused the credential of " + user_of(state) +
               " too often within 15 minutes: waiting, so that the user is not locked";
    case reason::unknown_outcomes:
        return iam + " did not say what became of too many logins of " + user_of(state) +
               " within 15 minutes, and may have counted them as refused: waiting, so that the user is not "
               "locked";
    case reason::pace:
        return iam + " did not say whether it accepts the last login of " + user_of(state) +
               ", and has never accepted its credential: waiting before the next one, so that the user is "
               "not locked";
    case reason::silence: break;
    }
    return (state.silence.empty() ? iam + " does not answer" : state.silence) + "; the credential of " +
           user_of(state) + ", which it has never accepted, is sent when it answers";
}

} // namespace

fetch_result unreadable(const problem& why) {
    return {.outcome = fetch_failure{{errc::iam_unavailable, "no login: " + why.detail}}};
}

fetch_result held_back(const login_state& state, const login_permit& permit) {
    using reason = login_permit::reason;
    const bool refused = permit.why == reason::none || permit.why == reason::refusals;
    fetch_failure failure{
        {refused ? errc::credential_rejected : errc::iam_unavailable, why_held_back(state, permit.why)}};
    if (permit.retry_after)
        failure.error.retry_after = std::chrono::ceil<std::chrono::seconds>(*permit.retry_after);
    if (permit.why == reason::none) failure.retry = retry_rule::rearm;
    failure.paced = !refused;
    failure.withheld = permit.why != reason::silence; // there the IAM was asked, and is away
    return {.outcome = std::move(failure)};
}

fetch_result wrong_scope(const login_state& state, const scope& target,
                         const std::optional<wall_time>& iam_date) {
    problem wrong{errc::unknown_scope,
                  "the IAM " + state.who.origin + " grants " + state.identity.name + " no scope " +
                      to_string(target) +
                      ", though its credential is right: check the spelling and the user's roles"};
    return {.outcome = fetch_failure{std::move(wrong), retry_rule::remember}, .iam_date = iam_date};
}

fetch_result wants_person(const login_state& state) {
    problem wanted{errc::passcode_required, "identity " + user_of(state) +
                                                " needs a person's MFA passcode: run `tokenward login " +
                                                state.identity.name + "`"};
    return {.outcome = fetch_failure{std::move(wanted), retry_rule::rearm}};
}

fetch_result takes_no_passcode(const login_state& state) {
    problem useless{errc::bad_request,
                    "identity " + state.identity.name +
                        (state.identity.auth.totp ? " makes its passcodes itself, from totp_secret"
                                                  : " takes no passcode: its auth_type is not "
                                                    "v3multifactor, and the IAM has asked for none")};
    return {.outcome = fetch_failure{std::move(useless)}};
}

fetch_result ended_meanwhile(const login_state& state, const scope& target,
                             const std::optional<wall_time>& iam_date) {
    problem ended{errc::iam_unavailable, "the login from which " + state.identity.name + " was to open " +
                                             to_string(target) + " ended meanwhile; it will be tried again"};
    return {.outcome = fetch_failure{std::move(ended)}, .iam_date = iam_date};
}

fetch_result given_token_ended(const login_state& state, unsigned status) {
    problem ended{errc::credential_rejected, "the given token of " + state.identity.name +
                                                 " has ended or is no good (" + std::to_string(status) +
                                                 "): put a new one where the configuration reads it"};
    return {.outcome = fetch_failure{std::move(ended), retry_rule::rearm}};
}

fetch_result credential_of_another_scope(const login_state& state, const token& granted, const scope& target,
                                         const std::optional<wall_time>& iam_date) {
    problem other{errc::no_such_resource,
                  "the application credential of " + state.identity.name + " is for the project " +
                      (granted.project ? granted.project->name : std::string("of no name")) +
                      " alone, not for " + to_string(target)};
    return {.outcome = fetch_failure{std::move(other), retry_rule::remember}, .iam_date = iam_date};
}

} // namespace tokenward::login_failures
