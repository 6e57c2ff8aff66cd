// Why the IAM gave no token, status by status.
#include "daemon/base/text/shown_text.hpp"
#include "daemon/core/refusal.hpp"
#include "daemon/iam/iam_time.hpp"
#include "daemon/iam/keystone_codec.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace tokenward::iam {
namespace {

namespace json = boost::json;

constexpr std::size_t most_quoted = 200;
constexpr std::chrono::minutes lock_life{15}; // Open Telekom Cloud's default

// What an error body says, in any of its shapes; empty where it says nothing.
struct iam_error {
    std::string code;
    std::string message;
};

std::string text_of(const json::object& from, std::string_view name) {
    const json::value* value = from.if_contains(name);
    const json::string* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? "" : std::string(text->data(), text->size());
}

// {"error":{"code":…,"message":…}}, {"error_code":…,"error_msg":…}, {"code":…,"message":…}. A code that is a
// number repeats the status.
iam_error read_error(const wiped_string& body) {
    json::error_code failed;
    const json::value root = json::parse({body.data(), body.size()}, failed);
    if (failed || !root.is_object()) return {};
    const json::object* from = &root.get_object();
    if (const json::value* inner = from->if_contains("error"); inner != nullptr && inner->is_object())
        from = &inner->get_object();
    iam_error read{text_of(*from, "error_code"), text_of(*from, "error_msg")};
    if (read.code.empty()) read.code = text_of(*from, "code");
    if (read.message.empty()) read.message = text_of(*from, "message");
    return read;
}

// "401 IAM.0062 'The username or password is wrong.'"
std::string quote_answer(unsigned status, const iam_error& error, const secret* proof) {
    std::string text = std::to_string(status);
    if (!error.code.empty() && error.code != text) text += " " + quote_iam(error.code, proof);
    if (!error.message.empty()) text += " '" + quote_iam(error.message, proof) + "'";
    return text;
}

bool ends_with(std::string_view text, std::string_view end) {
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

struct judgement {
    errc code = errc::iam_protocol;
    retry_rule retry = retry_rule::back_off;
    std::string_view advice{}; // ends the detail: what it means, what to do
    secret_verdict said = secret_verdict::unsaid;
    std::optional<std::chrono::seconds> pause{}; // where the IAM names none
};

judgement judge_400(const iam_error& error) {
    if (error.code == "IAM.1061")
        return {errc::credential_rejected, retry_rule::rearm, "the passcode is wrong: give a new one",
                secret_verdict::refused};
    return {errc::iam_protocol, retry_rule::remember,
            "it does not understand our login: check auth_url, user and domain"};
}

std::string_view advice_on(login_method method) {
    switch (method) {
    case login_method::password: break;
    case login_method::password_and_totp: return "check user, domain, password and TOTP secret (or passcode)";
    case login_method::totp: return "the passcode is wrong, or has been used: give a new one";
    case login_method::application_credential: return "check the application credential and its secret";
    case login_method::token:
        return "the token that it was to be opened from is no good, or has no such scope";
    }
    return "check user, domain and password (a federated user has none of its own)";
}

judgement judge_401(const http_answer& answer, const iam_error& error, login_method method) {
    if (!answer.auth_receipt.empty())
        return {errc::passcode_required, retry_rule::rearm,
                "the password is right, and a passcode is wanted too: `tokenward login` takes one from a "
                "person, `totp_secret` makes them",
                secret_verdict::accepted};
    // It would say so to the right password too; nothing but time can unlock.
    if (ends_with(error.code, ".0061"))
        return {errc::credential_rejected, retry_rule::remember,
                "the user is locked: it is tried again later", secret_verdict::unsaid, lock_life};
    return {errc::credential_rejected, retry_rule::rearm, advice_on(method), secret_verdict::refused};
}

judgement judge_404(login_method method) {
    // Keystone: an application credential that is unknown or has ended.
    if (method == login_method::application_credential)
        return {errc::credential_rejected, retry_rule::rearm, advice_on(method), secret_verdict::refused};
    return {errc::no_such_resource, retry_rule::remember, "check the project or domain, and auth_url"};
}

// What each status means, and when to ask again.
judgement judge(const http_answer& answer, const iam_error& error, login_method method) {
    switch (answer.status) {
    case 400: return judge_400(error);
    case 401: return judge_401(answer, error, method);
    case 403:
        return {errc::no_such_resource, retry_rule::remember,
                "check the user's roles there, and that it is enabled"};
    case 404: return judge_404(method);
    case 408: // a gateway did not get the whole request (RFC 9110, 15.5.9)
    case 409:
    case 425: return {errc::iam_unavailable, retry_rule::back_off, "it will be asked again"};
    case 429: return {errc::iam_unavailable, retry_rule::back_off, "its rate limit; it will be asked again"};
    case 300:
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
        return {errc::iam_protocol, retry_rule::back_off,
                "a redirect is never followed with a password: check auth_url"};
    default: break;
    }
    if (answer.status >= 500 && answer.status <= 599)
        return {errc::iam_unavailable, retry_rule::back_off, "it will be asked again"};
    return {errc::iam_protocol, retry_rule::back_off, "not an answer to a login: check auth_url"};
}

} // namespace

std::string quote_iam(std::string_view text, const secret* proof) {
    if (proof != nullptr && !proof->empty() && text.find(proof->reveal()) != std::string_view::npos)
        return "(withheld)";
    return shown_text(text, most_quoted);
}

login_answer parse_failure(const http_answer& answer, const login_facts& facts) {
    const iam_error error = read_error(answer.body);
    const judgement is = judge(answer, error, facts.method);
    const auto iam_date = parse_http_date(answer.date);
    problem why{is.code, fmt::format("the IAM {} gave {} no token for {} (user {}): {}; {}", facts.iam,
                                     facts.identity, facts.scope, facts.user,
                                     quote_answer(answer.status, error, facts.proof), is.advice)};
    if (is.code == errc::iam_unavailable)
        why.retry_after = parse_retry_after(answer.retry_after, iam_date.value_or(facts.asked.wall));
    if (is.pause) why.retry_after = is.pause;
    return {
        .about_secret = is.said,
        .result = {.outcome = fetch_failure{std::move(why), is.retry, answer.status}, .iam_date = iam_date},
        .status = answer.status,
        .receipt = answer.auth_receipt.duplicate(),
        // a gateway's word: what stands behind it may have seen the login
        .reach =
            answer.status == 502 || answer.status == 504 ? login_reach::answer_lost : login_reach::answered,
        .names_dead_token =
            facts.method == login_method::token &&
            names_dead_token({static_cast<int>(answer.status), {answer.body.data(), answer.body.size()}})};
}

} // namespace tokenward::iam
